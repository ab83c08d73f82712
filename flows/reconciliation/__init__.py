"""Reconciliation and what belongs to it: compare, link, suggest, accept, find, export."""
