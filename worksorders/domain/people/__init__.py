"""Rules about people: who is cleared, who must agree, who must never be asked, who is linked to whom."""
