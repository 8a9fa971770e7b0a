"""What patients tell: mostly nothing or little, more when the disease is back."""

from dataclasses import dataclass

import numpy as np

from tracker.demo.course import Course, Days
from tracker.demo.illness import Illness, Marker


@dataclass(frozen=True, slots=True)
class Told:
    """Symptoms of one day, in the codes of `labs/vocabulary/symptoms.py`; no code means asked, none told."""

    day: int
    symptoms: tuple[str, ...]


OF_RELAPSE = {
    "MM": ("bone_pain", "low_energy", "focal_back_pain", "weight_loss"),
    "AML": ("fatigue", "bruising", "infections", "weakness"),
    "ALL": ("fatigue", "bone_joint_pain", "infections", "malaise"),
}
OF_LIFE = {"MM": ("low_energy", "neuropathy"), "AML": ("fatigue",), "ALL": ("fatigue", "malaise")}


def draw_symptoms(rng: np.random.Generator, illness: Illness, course: Course, days: Days) -> tuple[Told, ...]:
    """Reports at one visit in six, and at nearly every visit once the disease is half way from criterion to clinic."""
    told = []
    chances = rng.random((len(days), 2))
    for day, (asked, feels) in zip(days.tolist(), chances.tolist(), strict=True):
        if day < course.remission:
            continue
        if _feels_ill(course, day):
            if asked < 0.7:
                told.append(Told(day, _pick(rng, illness)))
        elif asked < 0.17:
            codes = OF_LIFE[illness.disease]
            told.append(Told(day, (codes[int(feels * 97) % len(codes)],) if feels < 0.3 else ()))
    return tuple(told)


def _feels_ill(course: Course, day: int) -> bool:
    if course.criterion is None or course.relapse is None:
        return False
    until = course.relapse + 60 if course.second_line is None else course.second_line + 30
    return (course.criterion + course.relapse) / 2 <= day <= until


def _pick(rng: np.random.Generator, illness: Illness) -> tuple[str, ...]:
    if illness.marker is Marker.CNS:
        return ("headache", "vomiting")
    codes = OF_RELAPSE[illness.disease]
    first = int(rng.integers(len(codes)))
    return (codes[first], codes[(first + 1) % len(codes)]) if rng.random() < 0.4 else (codes[first],)
