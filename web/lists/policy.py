"""Who may open the lists; which of them a role reads is the lists' own rule (worksorders/steps/lists)."""

from web.access import Rule
from worksorders.steps.lists.find import READERS

READ = Rule(READERS)

POLICY = {"lists": READ, "one_list": READ, "export": READ}
