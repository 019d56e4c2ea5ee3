"""From graph to graph: what is computed stays the same, to the bit unless a pass says otherwise."""
