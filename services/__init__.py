"""The three services. They never import each other; they meet over Kafka and HTTP."""
