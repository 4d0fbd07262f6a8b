"""Published for tests of Gatepost and of configurations: stories, a fake world, a small name server."""
