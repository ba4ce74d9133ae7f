"""Words that mean nothing by themselves in the text of an order, though somebody may be called so."""

_LITTLE_LISTED = """
    a about after again all also am an and any are as at be been before but by can come did do does done down each
    for from get go got had has have he her here hers him his how i if in into is it its just me more my new no not now
    of off ok on one only or our out over re she so some than that the their them then there theres these they this
    those to too two under up us was we were what when where which who will with yes yet you your
"""
# Words of the trade and of every day that are somebody's name, too.
_ORDINARY_LISTED = """
    art ash august bay bell berry bill bishop black bolt bond brook brown bush carpenter chase church cook cooper
    cross crystal dale daisy dawn dean door drew drill east fern field fisher fitt flint ford forest frame frank frost
    gate gates glass glen grace grant gray green grey hall hand harbour hardy hart heath hill holly home honey hook
    hope house hunter iris ivy jack jade joiner joy june kay keen key keys king knight lane latch law leaf light lily
    lock long love major marina mark marks mason max may mercy mill miller moon nail north opal page paint park parks
    parker pat pearl peg penny pitt plain pole pool porter post potter price prince queen rail rain ray reed rich rob
    rock rod rose ruby rush sandy sash sawyer security sharp short shore sky slater small smith snow south spring star
    steel stone street stock summer swift taylor terry tiler town trim turner vale victor view violet wade walker wall
    walls ward waters wave weaver webb wells west white wild will windows winter wood woods work wright young
"""
_TITLES_LISTED = "mr mrs ms miss mx dr drive rev sir dame whaea matua"
_FILLERS_LISTED = "in at no number unit flat apartment apt the of on is house"
LITTLE = frozenset(_LITTLE_LISTED.split())
ORDINARY = frozenset(_ORDINARY_LISTED.split())
TITLES = frozenset(_TITLES_LISTED.split())
FILLERS = frozenset(_FILLERS_LISTED.split())
