"""Shopify: orders with their lines, fulfilments, returns and refunds; customers; Shopify Payments' disputes (GraphQL Admin API)."""
