"""The MCP server: songsmith for other assistants, with the operations as tools and the songs as resources."""
