"""What other departments send: one folder a source (source.yaml, fixture.csv), found by being there."""
