"""The only place that knows the order: read -> describe -> generate -> gate -> report -> decide -> emit.

whole     the order from one end to the other, and what is known of a run before it begins
halves    a model is fitted, and may be kept in a folder; later, rows are drawn from it
masking   files or a stream are masked, into a folder or onto a stream
parts     a file too large for memory is masked part by part
book      a rulebook of more rows than fit in memory is made part by part
inferring a rulebook is inferred from tables, and who was held out then
judging   a table is described; a table from any tool is judged
acts      each act of the story once, with the stage in which it is seen
choices   what is settled before the first step: the backend, the rows, what cannot be
"""
