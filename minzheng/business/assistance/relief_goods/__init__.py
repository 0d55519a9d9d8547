"""实物救助: goods in stores, by lot and expiry, handed to the people of a campaign once each; kept on the ledger in pieces."""
