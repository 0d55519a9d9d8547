"""残疾人证: what both disability subsidies ask of the certificate."""
