"""What is demanded of the rows of tables, and how they meet it: asked of the rows alone, whatever made them.

filed    the tables under check: their rows, where in a file each stands, which cells are not of their kind
demand   one thing that is demanded of the rows of a table: a kind, a key, a reference, a condition
answer   how many rows break a demand, beside the share that may

A rulebook is turned into demands where it is read (`generate.rules.demands`); rules of a policy are demands as well.
The gate and `privsynth rules check` ask here, so that both mean the same.
"""
