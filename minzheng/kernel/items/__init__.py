"""事项: what can be applied for. One declaration per folder of a business line; nothing else registers it."""
