"""The sentences of the reports that do not depend on a measurement. What may never be said is in the tests."""

from __future__ import annotations

# What stands in the sentences about a profile: where there is a source, and where there is a rulebook alone.
WITH_SOURCE = {"origin": "the source", "people": "the people in the source"}
RULEBOOK_ALONE = {"origin": "the rulebook", "people": "real people"}

_NO_LAW = (
    "It does not settle whether the data is personal data in law. A person must decide that; "
    "this page is evidence for the decision."
)
_UNTRIED = "It does not mean that an attack that was not tried here would fail."
_WITHIN = "Every measurement of every gate below was within the limits of this profile, or the data was not released."
PROFILE_MEANS = {
    "internal": (
        "The data stays inside the organisation that holds {origin}, among people who are bound by its rules.",
        _WITHIN,
    ),
    "hipaa-expert": (
        "The data is health data for named recipients, and an expert judges it under 45 CFR 164.514(b)(1).",
        _WITHIN,
        "This page supports the expert and does not replace them: "
        "the expert documents and signs the determination, its method and its results.",
    ),
    "gdpr-strict": (
        "The data goes to named recipients outside the organisation, "
        "under an agreement that forbids looking for people in it.",
        _WITHIN,
        "The limits follow the three criteria of WP29 Opinion 05/2014: singling out, linkability, inference. "
        "No authority has set figures for them.",
    ),
    "public-release": (
        "Anybody may have the data, and nobody is bound by anything.",
        _WITHIN,
        "Nobody can waive a gate of this profile.",
    ),
}
PROFILE_SHORT = {
    "internal": "for data that stays inside the organisation that holds {origin}, not for publication",
    "hipaa-expert": "for health data that an expert judges, for named recipients, not for publication",
    "gdpr-strict": "for named recipients outside the organisation, under an agreement, not for publication",
    "public-release": "for publication",
}
PROFILE_MAY = {
    "internal": (
        (
            "It may",
            "be used by people inside the organisation that holds {origin}, under the rules that bind them there.",
        ),
        (
            "It may not",
            "be published, or given to anybody outside. That would need another judgement, under stricter limits.",
        ),
    ),
    "hipaa-expert": (
        (
            "It may",
            "be put before the expert, and after the expert's determination be given to the recipients that it names.",
        ),
        ("It may not", "be given to anybody before that, nor be published."),
    ),
    "gdpr-strict": (
        (
            "It may",
            "be given to the recipients that the agreement names, once a person has judged it with this page in hand.",
        ),
        ("It may not", "be published, or passed on by them."),
    ),
    "public-release": (
        ("It may", "be published, once a person has judged it with this page in hand."),
        ("It may not", "be called back: what is public stays public. Let another person look at it first."),
    ),
}
PROFILE_DOES_NOT_MEAN = {
    "internal": (
        "It does not mean that the data may be published, sold, or handed to another organisation.",
        _NO_LAW,
        _UNTRIED,
    ),
    "hipaa-expert": (
        "It does not mean that the risk is very small in the sense of the rule; that is the expert's to determine.",
        "It does not mean that the Safe Harbor method was followed; "
        "the list of its identifiers below is for the expert's use.",
        _NO_LAW,
        _UNTRIED,
    ),
    "gdpr-strict": (
        "It does not mean that the data may be published, or used beyond the agreement.",
        _NO_LAW,
        _UNTRIED,
    ),
    "public-release": (
        _NO_LAW,
        _UNTRIED,
        "It does not mean that nobody will hold more knowledge of {people} than was assumed here.",
    ),
}
PROFILE_RECIPIENTS = {
    "internal": "The recipients are people inside the organisation, bound by its rules, who hold the data as files.",
    "hipaa-expert": "The recipients are named, hold the data as files, and are bound by an agreement.",
    "gdpr-strict": "The recipients are outside the organisation, bound by an agreement, and hold the data as files.",
    "public-release": "The recipients are unknown, bound by nothing, "
    "and may hold anything else that is known of {people}.",
}
# 45 CFR 164.514(b)(2)(i), in short words, for the expert's list.
HIPAA_18 = (
    "names",
    "places smaller than a state; the first three digits of a postcode only where more than 20,000 people live",
    "dates of a person but for the year, and ages above 89",
    "telephone numbers",
    "fax numbers",
    "e-mail addresses",
    "social security numbers",
    "medical record numbers",
    "numbers of health plans",
    "account numbers",
    "numbers of certificates and licences",
    "vehicle identifiers and plates",
    "device identifiers and serial numbers",
    "web addresses",
    "IP addresses",
    "biometric identifiers",
    "photographs of the face",
    "any other unique number, characteristic or code",
)
SAFE_HARBOR = {"hipaa-expert": HIPAA_18}  # profile -> the list that its report prints
FIGURES = {
    "exact": "",
    "bands": "This edition shows how near each measurement is to its limit, and no exact figure: "
    "exact figures can reveal something about real rows.",
    "pass_fail": "This edition shows on which side of its limit each measurement lies, and how near each gate came, "
    "but no exact figure.",
}
FIDELITY_IN_BANDS = (
    "Exact figures of fidelity are not part of this edition; the gate fidelity says in which band it lies."
)
LEDGER_COUNTS = (
    "Every attempt is written into a ledger before it begins, whatever the seed, "
    "and counted for the source, the backend and the profile."
)
LEDGER_ABSENT = "No ledger was kept for this run: earlier attempts and releases from the same source are not known."
LEDGER_NEEDLESS = "This run read no real data, so it used up nothing of any source, and no ledger counts it."
WAIVED = (
    "A gate measured more than the profile allows. The person named below answers for it; "
    "otherwise the data would not have been released."
)

# gate -> (name for a reader, the question it answers)
GATES = {
    "selftest": ("Self-test", "Would the gates have seen a leak in this very table?"),
    "schema": ("Form", "Does the data hold the columns, kinds and rows that were declared, and nothing else?"),
    "pii": ("Personal data", "Does a value that names a real person appear in the data?"),
    "copies": ("Copies", "Do rows repeat real people, whole or in part, more often than chance would?"),
    "membership": ("Membership", "Can somebody find out who was in the source?"),
    "singling_out": ("Singling out", "Does a description that fits one row fit exactly one real person?"),
    "linkability": ("Linkability", "Can two files about the same people be joined over the data?"),
    "inference": ("Inference", "Can a sensitive value be read off the row that is most like a person?"),
    "attribute": (
        "Attribute disclosure",
        "Does the data give away secrets of the people in the source more than those of others?",
    ),
    "tracing": ("Tracing", "Can a row be traced back to the person it came from?"),
    "classical": ("Groups", "How many people share each row's quasi-identifiers, and do they share a secret?"),
    "claim": ("Differential privacy", "If differential privacy is claimed, does the claim hold?"),
    "budget": ("Budget", "How often was the source used, and how much of it has been released in all?"),
    "fidelity": ("Fidelity", "Is the data enough like its source to be useful?"),
    "artefacts": ("These reports", "Do the reports and the manifest themselves repeat a real value?"),
}
ARTEFACTS_LINE = (
    "Judged after this page was written, over these very bytes. Had it failed, this page would not have been issued."
)

NOTICE = (
    "The reports of this run repeat something of the real data, so they are not written, and no row is. "
    "Below is which kind of value they hold, in which part of them, and what to do; the value itself is not told."
)
NOTICE_BARE = (
    "The reports of this run repeat something of the real data, so they are not written, and no row is. "
    "More than that is not told here, because it would repeat the same: look at the names of the columns first."
)

# what an attacker would do -> (the gate that tried it, or nothing)
ATTACKERS = (
    ("Somebody searches the data for a name, an e-mail address or a number of a person they know.", "pii"),
    ("Somebody holds part of the source and looks for rows that repeat it.", "copies"),
    ("Somebody who knows a person wants to know whether she was in the source.", "membership"),
    ("Somebody looks for a description that fits one row, and expects that it fits one person.", "singling_out"),
    ("Two who hold different files about the same people join them over the data.", "linkability"),
    (
        "Somebody knows a person's age, place and work, and reads the diagnosis or the income off the nearest row.",
        "inference",
    ),
    ("Somebody trains a model on the data to guess a secret of the people in the source.", "attribute"),
    ("Somebody knows the real values of everybody and points at the nearest person of each row.", "tracing"),
    ("Somebody joins on age, postcode and sex with a public register.", "classical"),
    ("Somebody runs the tool until a draw passes, or collects many releases from one source.", "budget"),
    ("Somebody reads the reports for extremes, rare values and small groups.", "artefacts"),
)

SEVERAL = (
    "Several releases together",
    "whether two releases from one source reveal more than each alone. A ledger counts, but does not compare them.",
)
SEVERAL_JOINED = (
    "Several releases together, beyond joining their rows",
    "whether two releases from one source reveal more than each alone. How many rows join with each earlier release at "
    "hand was measured, and nothing else of the two.",
)
HIDDEN = ("Hidden copies", "values in a form that is not in the table of forms that were looked for.")
NOT_TESTED = (
    (
        "Names, places and organisations inside sentences",
        "the scanner works without a language model; what it can find is listed under its coverage.",
    ),
)
# finding of the gate fidelity -> (what is lost, what that means where no figure may be told)
LOST = {
    "columns": (
        "values of a column come out less often than they should",
        "in at least one column the values are not as often as in the real rows",
    ),
    "levels": (
        "different values of a column are lost",
        "at least one column has fewer different values than as many real rows",
    ),
    "texture": (
        "how values are written is lost",
        "decimals, weekdays or times of day of at least one column are not as in the real rows",
    ),
    "ties": (
        "what columns say of each other is lost",
        "at least one column says less of the others than in the real rows",
    ),
    "pairs": (
        "what two columns say of each other is lost",
        "at least two columns say less of each other than in the real rows",
    ),
    "all_pairs": (
        "what all columns say of each other is lost",
        "taken together, columns say less of each other than in the real rows",
    ),
    "threes": (
        "what three columns say together is lost",
        "at least three columns say less together than in the real rows",
    ),
    "relations": (
        "what holds between columns is broken",
        "what holds between columns in the real rows does not hold in all rows",
    ),
    "keys": (
        "keys are doubled",
        "what no two real rows share, such as a person and a time, several synthetic rows share",
    ),
    "groups": ("groups are lost", "at least one group has fewer rows, or other numbers, than in the real rows"),
    "tails": (
        "ends of numbers are not as they were",
        "at least one number has fewer rows at its ends than in the real rows, or rows beyond these",
    ),
    "gaps": ("missing values moved", "values are not missing where, or as often as, they are in the real rows"),
    "season": ("the time of year or week is lost", "rows do not depend on month or weekday as the real ones do"),
    "order": (
        "what ties its rows together is lost",
        "real rows depend on the row before, synthetic ones less or not at all; "
        "series, growth and gaps show weaker on this table, or cannot be studied",
    ),
    "steady": (
        "what stays the same is lost",
        "what never changes in the rows of one real person changes from row to row in the synthetic ones",
    ),
    "rows_each": (
        "how many rows belong together is lost",
        "synthetic people have other numbers of rows than real ones",
    ),
    "use": (
        "use is lost",
        "models that are taught on these rows do less well on real rows than models that are taught on real ones",
    ),
    "rows": ("whole rows can be told from real ones", "a classifier tells many rows from real ones"),
}
LEFT_OPEN = "so few rows leave open much of what could be lost: the limits allow for chance, which does a lot among few"
TOO_FEW_ALIKE = (
    "whether these rows are like real ones was not judged (values, ends, what columns say of each other, use): too few "
    "real people are like what was asked for; ask for a wider group, or check the rows against what you know"
)
# aspect -> (heading on the page, what it asks)
KEPT = {
    "columns": ("Values", "Are the values of each column as often as in the real rows?"),
    "levels": ("Different values", "Are there as many different ones, and do those that many rows share come out?"),
    "texture": ("How values are written", "Are decimals, weekdays and times of day as in the real rows?"),
    "ties": ("What a column says of the others", "Does it still tell what it told of all of them?"),
    "pairs": ("Two columns", "Does the one still tell what it told of the other?"),
    "all_pairs": ("All columns together", "Do they still tell of each other, over all, what they told?"),
    "threes": ("Three columns", "Does one still depend on two others together as it did?"),
    "relations": ("What holds between columns", "In how many rows does it hold?"),
    "keys": ("Keys", "What no two real rows share, do two synthetic ones?"),
    "groups": ("Groups", "Are the groups of each category there, and do numbers run in them as they did?"),
    "tails": ("Ends of numbers", "Are the outermost rows of each number there?"),
    "gaps": ("Missing values", "Are as many missing, and in the rows where they are missing in the real table?"),
    "season": ("Time of year and week", "Do month and weekday still say what they said?"),
    "rows_each": ("Rows that belong together", "How many rows has a person, a parent, a key?"),
    "order": ("Order in time", "Do rows depend on the row before, or on whose they are?"),
    "steady": ("What stays the same", "Does what never changes within a person stay the same?"),
    "use": ("Use", "What does a model taught on these rows do on real rows, beside one taught on real rows?"),
    "rows": ("Whole rows", "How far is a classifier from telling every row?"),
}
NOT_TESTED_FIDELITY = (
    (
        "Other uses",
        "models of other columns than the targets named here, and what people do with data besides teaching models.",
    ),
    ("Small groups", "what happens to groups of fewer than 20 rows, or of less than 1 % of them."),
    (
        "Three columns and more at once",
        "three are looked at in three parts of each column, at most 24 columns; beyond that, what the classifier over "
        "whole rows and the models can tell.",
    ),
    (
        "Longer memory",
        "whether rows depend on more than the row before, and whether gaps in time are as in the source.",
    ),
)

NO_FIDELITY = ("Fidelity", "this run read no real data: there is nothing that the rows could be like.")

# What the rows are, at the head of the page.
ROWS_ARE = {
    "mask": "Rows of real people, masked, from",
    "clone": "Rows that each follow one real person and are mixed from several, made from",
}
SYNTHETIC = "Synthetic rows made from"

RESIDUAL = {
    "model": "Rows were drawn from a learnt distribution. It can still remember parts of its source; "
    "the gates limit how much, but do not bring it to zero.",
    "rules": "Rows follow a rulebook. They can disclose what the author of the rulebook put into it; what it was made "
    "of, this run cannot know.",
    "looked_up": "Rows follow a rulebook and look-up files. They can disclose what their authors put into them.",
    "inferred": "Rows follow a rulebook that was inferred from real rows. They can disclose what it says of "
    "many people, and what its author added.",
    "clone": "Each row was blended from real rows that are alike. "
    "Someone who knows a person well may recognise a pattern although identities are new.",
    "mask": "Each row is still the row of one person. "
    "The result is pseudonymised, personal data (GDPR Art. 4(5)), and the law applies to it as to the source.",
}
RESIDUAL_UNKNOWN = (
    "The rows were made by a backend that is not part of this tool. "
    "What it keeps of its source is known only as far as the gates measured it."
)
RESIDUAL_ALWAYS = (
    "An attack that is unknown today was not tried.",
    "The machine that made the data, and whoever controls it, were trusted.",
)
_NOBODY = "Do not join it with other data about people in order to find somebody."
_TOGETHER = "Pass this page on together with the data; the manifest ties the two together by digest."
_ANEW = "Ask for a new judgement before any wider use: other recipients need other limits."
CONDITIONS = {
    "internal": ("Keep the data inside the organisation that holds {origin}.", _NOBODY, _TOGETHER, _ANEW),
    "hipaa-expert": (
        "Keep the data with the recipients that the expert's determination names.",
        _NOBODY,
        _TOGETHER,
        _ANEW,
    ),
    "gdpr-strict": (
        "Keep the data with the recipients that the agreement names, and delete it when its purpose ends.",
        _NOBODY,
        _TOGETHER,
        _ANEW,
    ),
    "public-release": (_NOBODY, _TOGETHER),
}
PSEUDONYMISED = "pseudonymised, personal data (GDPR Art. 4(5))"
NO_DP = "none: no differential privacy was used, and no formal bound on disclosure is claimed"
DP = (
    "the rows were made by an (epsilon, delta) mechanism: epsilon {epsilon}, delta {delta}, for {unit}; "
    "the decision to release and the figures beside it are not covered"
)
DP_WITHHELD = "the mechanism adds noise, and no claim is made for it: {causes}"
