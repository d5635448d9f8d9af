package heap

// lockBugs are about locks, their order, and stacks.
func lockBugs() []*Variant {
	list := []*Variant{
		bug("A1", 32105, "setgcpercent-on-g", "lock/systemstack", "percent-grows",
			"SetGCPercent takes the heap lock on the goroutine's stack, whose growth needs the same lock.",
			switches{gcPercentOnG: true}),
		bug("A2", 64067, "hugepages-on-g", "lock/systemstack", "gc-then-percent",
			"The end of a collection takes the heap lock on the goroutine's stack, as Go 1.21 did with a large heap.",
			switches{hugePagesOnG: true}),
		bug("A3", 34047, "wake-in-pace", "wakeScavenger/not-held", "gc-then-percent",
			"Pacing the scavenger wakes it with the heap lock held, and so takes scavenge.lock in the wrong order.",
			switches{wakeInPace: true}),
	}
	list = append(list, released(
		bug("A4", 53979, "trace-in-pace", "rank", "percent-traced",
			"A new goal of the collector is traced with the heap lock held, and a stack that grows under the lock of the trace needs the heap lock.",
			switches{}),
		switches{traceUnlocked: true},
		"SetGCPercent traces the new goal of the collector when it has given the heap lock back.")...)
	list = append(list,
		bug("A5", 28993, "barrier-under-lock", "rank", "barrier",
			"A pointer is written with a write barrier under the heap lock, and the barrier's full buffer needs memory.",
			switches{barrierLocked: true}))
	list = append(list, released(
		bug("A6", 49395, "stats-split", "throw", "stats-grows",
			"The stack may grow between the two ends of an update of the statistics, which updates the statistics.",
			switches{}),
		switches{statsNoSplit: true},
		"An update of the statistics does not grow the stack.")...)
	return append(list,
		bug("A7", 34773, "wake-on-g", "stackfree/systemstack", "wake-dead",
			"Waking the scavenger on a goroutine's stack starts an M, which frees the stack of a dead one there.",
			switches{wakeFreesStack: true}),
		bug("A8", 41391, "testhelper-unlocked", "fixalloc.alloc/entry", "test-spans",
			"A helper of the runtime's tests takes span objects without the heap lock.",
			switches{helperUnlocked: true}))
}
