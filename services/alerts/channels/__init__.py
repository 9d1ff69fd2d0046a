"""How a message leaves: one file a kind of channel. Nothing here touches the database."""
