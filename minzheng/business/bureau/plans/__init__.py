"""Work plans, summaries and five-year plans of a bureau: read from documents, kept in versions, corrected by people."""
