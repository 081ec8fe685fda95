"""送信元: who may send and how they show themselves; enrolled hosts; what came in; what could not be understood."""
