"""Money kept back of accepted work: terms of an agreement, the trust account, notice, release and use."""
