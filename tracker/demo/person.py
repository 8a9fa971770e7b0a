"""Who the invented patient is."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from tracker.demo.names import name_of
from tracker.demo.options import DAYS_A_YEAR, CohortOptions, day_of
from tracker.demo.sites import SITES, DemoSite

STRIDES = (0.8191725133961645, 0.6710436067037893, 0.5497004779019703)
"""Steps of the additive sequence of Roberts (2018) in three dimensions: any run of patients is mixed evenly."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a patient falls between 0 and 1 for disease, course and site: even over any number of patients."""

    disease: float
    course: float
    site: float


@dataclass(frozen=True, slots=True)
class Person:
    """The person, the unit that follows them and the number it knows them by."""

    index: int
    mrn: str
    site: DemoSite
    family_name: str
    given_name: str
    birth_date: date
    sex: str

    def age_on(self, day: float) -> float:
        """Age in years on a day number."""
        return (day_of(day) - self.birth_date).days / DAYS_A_YEAR

    @property
    def female(self) -> bool:
        """Whether the reference ranges of women apply."""
        return self.sex == "female"


def generator_for(seed: int, index: int) -> np.random.Generator:
    """The patient's own random numbers: they depend on nobody else's."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(1, index))))


def places_of(seed: int, index: int) -> Places:
    """Disease, course and site of the patient with this index."""
    starts = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0,)))).random(3)
    disease, course, site = ((start + index * step) % 1.0 for start, step in zip(starts, STRIDES, strict=True))
    return Places(disease, course, site)


def draw_person(rng: np.random.Generator, index: int, places: Places, disease: str, options: CohortOptions) -> Person:
    """A person of an age usual for the disease."""
    site = SITES[int(places.site * len(SITES))]
    family, given = name_of(index)
    age_days = (_draw_age(rng, disease) + options.years) * DAYS_A_YEAR
    return Person(
        index=index,
        mrn=f"{site.prefix}-{index + 1:06d}",
        site=site,
        family_name=family,
        given_name=given,
        birth_date=day_of(options.today - age_days),
        sex="female" if rng.random() < 0.47 else "male",
    )


def _draw_age(rng: np.random.Generator, disease: str) -> float:
    """Age in years when follow-up began; children only with ALL."""
    if disease == "MM":
        return float(np.clip(rng.normal(65, 9), 38, 86))
    if disease == "AML":
        return float(np.clip(rng.normal(56, 15), 19, 80))
    if rng.random() < 0.45:
        return float(np.clip(rng.gamma(3.0, 2.4), 2, 16))
    return float(np.clip(rng.normal(42, 14), 18, 72))
