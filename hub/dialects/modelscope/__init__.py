"""The ModelScope dialect: what `modelscope` of every generation asks of a hub, for reading."""
