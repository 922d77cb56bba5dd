namespace keel {}
