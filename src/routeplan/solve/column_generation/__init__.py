"""Plans near the proven optimum by column generation; docs/engine.md has the formulation."""
