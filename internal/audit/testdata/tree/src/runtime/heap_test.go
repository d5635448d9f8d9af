package runtime

// Tests do not count.
func inTest() { assertLockHeld(&mheap_.lock) }
