"""Names that cannot be anybody's: a neutral given name, and a bird joined to a star."""

from collections.abc import Sequence

GIVEN = (
    "Alex", "Ari", "Billie", "Blair", "Cam", "Casey", "Charlie", "Dana", "Drew", "Eden", "Ellis", "Emery", "Finley",
    "Frankie", "Gray", "Harper", "Indra", "Jamie", "Jessie", "Jody", "Kai", "Kim", "Kit", "Lee", "Lou", "Marlo",
    "Mika", "Morgan", "Nico", "Noor", "Oakley", "Pat", "Quinn", "Remy", "Riley", "Robin", "Rory", "Sacha", "Sam",
    "Skyler", "Terry", "Toni", "Val", "Yuri",
)  # fmt: skip
BIRDS = (
    "Avocet", "Bittern", "Bunting", "Buzzard", "Chough", "Cormorant", "Crake", "Curlew", "Dipper", "Dunlin",
    "Eider", "Fieldfare", "Firecrest", "Fulmar", "Gannet", "Goldcrest", "Grebe", "Heron", "Hoopoe", "Jackdaw",
    "Kestrel", "Kittiwake", "Lapwing", "Linnet", "Magpie", "Nightjar", "Nuthatch", "Oriole", "Osprey", "Petrel",
    "Pipit", "Plover", "Redstart", "Sandpiper", "Shearwater", "Siskin", "Skua", "Stonechat", "Tern", "Treecreeper",
    "Turnstone", "Wagtail", "Whimbrel", "Wigeon",
)  # fmt: skip
STARS = (
    "Achernar", "Albireo", "Alcor", "Aldebaran", "Algol", "Alkaid", "Altair", "Antares", "Arcturus", "Bellatrix",
    "Betelgeuse", "Canopus", "Capella", "Castor", "Deneb", "Electra", "Fomalhaut", "Hadar", "Izar", "Kochab",
    "Merak", "Mimosa", "Mira", "Mizar", "Nunki", "Polaris", "Pollux", "Procyon", "Rasalhague", "Regulus", "Rigel",
    "Sabik", "Saiph", "Scheat", "Sirius", "Spica", "Tarazed", "Thuban", "Unukalhai", "Vega", "Wezen", "Zaurak",
    "Zosma",
)  # fmt: skip


def name_of(index: int) -> tuple[str, str]:
    """(family name, given name) of the patient with this index; in a large cohort names repeat, as real ones do."""
    family = f"{_pick(BIRDS, index, 17)}-{_pick(STARS, index, 11)}"
    return family, _pick(GIVEN, index // len(BIRDS) + index, 19)


def _pick(names: Sequence[str], index: int, step: int) -> str:
    return names[(index * step + index // len(names)) % len(names)]
