"""Money: the funding contract and its ledger, invoices received, matched, released, approved and paid."""
