"""The sentences of the reports that do not depend on a measurement. What may never be said is in the tests."""

from __future__ import annotations

PROFILE_MEANS = {
    "internal": (
        "The data stays inside the organisation that holds the source, among people who are bound by its rules.",
        "Every measurement of every gate below was within the limits of this profile, or the data was not released.",
    )
}
PROFILE_SHORT = {"internal": "for data that stays inside the organisation that holds the source, not for publication"}
PROFILE_MAY = {
    "internal": (
        ("It may", "be used by people inside the organisation that holds the source, under the rules that bind them there."),
        ("It may not", "be published, or given to anybody outside. That would need another judgement, under stricter limits."),
    )
}
PROFILE_DOES_NOT_MEAN = {
    "internal": (
        "It does not mean that the data may be published, sold, or handed to another organisation.",
        "It does not settle whether the data is personal data in law; that is for a person to decide, and this page is material for the decision.",
        "It does not mean that an attack which was not tried here would fail.",
    )
}

# gate -> (name for a reader, the question it answers)
GATES = {
    "schema": ("Form", "Does the data hold the columns, kinds and rows that were declared, and nothing else?"),
    "pii": ("Personal data", "Does a value that names a real person appear in the data?"),
    "copies": ("Copies", "Do rows repeat real people, exactly or nearly, more often than chance would?"),
    "linkage": ("Linkage", "Can a row be traced back to the person it came from?"),
    "fidelity": ("Fidelity", "Is the data like enough to its source to be of use?"),
    "artefacts": ("These papers", "Do the reports and the manifest themselves repeat a real value?"),
}
ARTEFACTS_LINE = "Judged after this page was written, over these very bytes. Had it failed, this page would not have been handed out."

# gate -> the limits of the policy that it applies
GATE_LIMITS = {
    "schema": (),
    "pii": ("pii_weak", "overlap_other", "alpha", "k_rare"),
    "copies": ("copy_max", "isolated_max", "alpha", "control_min"),
    "linkage": ("k", "risk_max", "linkage_max", "control_min"),
    "fidelity": ("fidelity_min", "control_min"),
}

# what an attacker would do -> (the gate that tried it, or nothing)
ATTACKERS = (
    ("Somebody searches the data for a name, an e-mail address or a number of a person they know.", "pii"),
    ("Somebody holds part of the source and looks for rows that repeat it.", "copies"),
    ("Somebody knows the age, the postcode or the job of a person and joins on them.", "linkage"),
    ("Somebody reads the reports for extremes, rare values and small groups.", "artefacts"),
)

NOT_TESTED = (
    ("Membership", "whether an attacker can tell that a person was in the source. No attack of this kind was run."),
    ("Singling out, linkability and inference", "the three criteria of WP29 Opinion 05/2014 were not measured by attacks of their own."),
    ("Attribute disclosure", "whether a secret of a person can be guessed better because the person was in the source."),
    ("Several releases together", "whether two releases from one source tell more than each alone. Attempts and releases are not counted in this version."),
    ("Hidden copies", "values that were encoded, reversed or spread over columns before they were written."),
    ("Names, places and organisations inside sentences", "the scanner works without a language model; what it can find is listed under its coverage."),
)
NOT_TESTED_FIDELITY = (
    ("Use", "whether a model trained on this data does as well on real data as one trained on the source."),
    ("Groups", "whether small groups are kept as faithfully as large ones, and whether differences between groups are kept."),
    ("Three columns and more at once", "beyond what the classifier over whole rows can tell."),
    ("Order in time", "whether sequences of rows follow each other as they do in the source."),
)

RESIDUAL = {
    "model": "Rows were drawn from a learnt distribution. It can still remember parts of its source; the gates bound how much, they do not bring it to zero.",
    "rules": "Rows follow a rulebook. They can disclose what the author of the rulebook put into it.",
    "clone": "Each row was blended from real rows that are alike. Someone who knows much of a person may recognise a pattern although identities are new.",
    "mask": "Each row still is the row of one person. The result is pseudonymised, personal data (GDPR Art. 4(5)), and stays under the law as the source does.",
}
RESIDUAL_UNKNOWN = "The rows were made by a backend that is not part of this tool. What it keeps of its source is known only as far as the gates measured it."
RESIDUAL_ALWAYS = (
    "An attack that is unknown today was not tried.",
    "The machine that made the data, and whoever controls it, were trusted.",
)
CONDITIONS = (
    "Keep the data inside the organisation that holds the source.",
    "Do not join it with other data about people in order to find somebody.",
    "Pass this page on together with the data; the manifest ties the two together by digest.",
    "Ask for a new judgement before any wider use: other recipients need other limits.",
)
PSEUDONYMISED = "pseudonymised, personal data (GDPR Art. 4(5))"
NO_DP = "none: no differential privacy was used, and no formal bound on disclosure is claimed"
