"""What the peers answer at the hard points that `pages.promises` lists: `python -m benchmarks.hard_points`.

It wants the bench extra in an environment of its own, and writes `peers.json`, which `python -m pages`
prints beside thalweg's own answers. One file a peer; a function that a peer has not got is left out.
"""
