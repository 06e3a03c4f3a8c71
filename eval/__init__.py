"""Gold questions, measures, and the fitting of what is learnt."""
