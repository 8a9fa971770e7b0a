"""Words laboratories print where a number is expected. A word that is not listed here is not read."""


def phrases(text: str) -> frozenset[str]:
    """The phrases of a text, parted by semicolons."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(";"))


# The laboratory looked and found none. "none" and "nil" are not here: programs print them for "no value".
NOT_DETECTED = phrases(
    """not detected; none detected; undetected; undetectable; not detectable; none seen; not seen; none observed;
    not observed; negative; neg; absent; not present; none present; no m-spike; no m spike; no m-spike detected;
    no m-spike observed; no m-protein; no m-protein detected; no paraprotein; no paraprotein detected;
    no monoclonal protein; no monoclonal protein detected; no monoclonal protein seen; no monoclonal band;
    no monoclonal band detected; no blasts; no blasts seen; no blasts detected; no plasma cells seen;
    no plasma cells detected"""
)

# There is no value: nothing was measured, or it stands elsewhere.
NO_RESULT = phrases(
    """see comment; see comments; see note; see notes; see below; see text; see report; comment; note; pending;
    in process; in progress; to follow; tbd; tnp; test not performed; not performed; not done; nd; n/d; not tested;
    not reported; not available; n/a; na; unavailable; cancelled; canceled; test cancelled; test canceled; qns;
    quantity not sufficient; quantity insufficient; insufficient; insufficient specimen; insufficient sample;
    hemolyzed; haemolysed; hemolysed; specimen hemolyzed; sample haemolysed; clotted; specimen clotted;
    sample clotted; lipemic; icteric; invalid; error; failed; unable to calculate; unable to report; not calculated;
    cannot be calculated; no result; no specimen; no sample; lab error; specimen lost; rejected; unsatisfactory;
    incalculable; not measured; ---; --; -; .; ...; *; **; ***; ?; null; none; nil; none given; unknown"""
)

NOT_FINITE = phrases("nan; inf; infinity; +inf; -inf; +infinity; -infinity; snan; -nan; #div/0; #num; #value")

FLAGS = phrases(
    "h; l; hh; ll; a; aa; n; c; high; low; normal; abnormal; crit; critical; ↑; ↓; ↑↑; ↓↓; !; !!; h!; l!; low!; high!"
)
