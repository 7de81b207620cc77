"""What a row means: readers, the contract, identity, survival, segments, reorder timing."""
