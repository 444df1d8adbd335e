"""What of a column may ever come out again, and in which form engines of ours learn it.

`number_line` reads numbers and dates as floats; `codings` turns a column into levels or a curve; `ranks` are the sorts
that this takes, `support` counts people, and `texture` is what a curve loses.
"""
