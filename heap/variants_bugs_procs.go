package heap

import "lockheld/model"

// procBugs are about Ms, Ps and stops of the world.
func procBugs() []*Variant {
	return []*Variant{
		bug("E1", 43712, "sysmon-in-stop", "throw", "sysmon-stop",
			"While the world is stopped, a timer moves from a P that goes, and sysmon, which has no P, takes it off meanwhile.",
			switches{moveWaiting: true}),
		bug("E2", 47302, "stale-mcache", "P1.caches", "lose-p-large",
			"An allocation goes on with the mcache of the P that the M had before it could be preempted.",
			switches{staleMcache: true}),
		bug("E2", 47302, "stale-pcache-pointer", "P1.caches", "lose-p",
			"An allocation uses the page cache of the P that the M had before it could be preempted.",
			switches{stalePcache: true}),
		bug("E3", 47304, "stale-allp", "throw", "fewer-procs",
			"An M without a P goes through the Ps by the number that there were when it began.",
			switches{machine: model.MutantStaleAllp}),
		bug("E5", 23098, "nil-p", "throw", "more-procs",
			"An M without a P goes through the Ps while there are more of them than have been made.",
			switches{machine: model.MutantNilP}),
		bug("E7", 42237, "p-not-stopped", "stopnote", "wake-stop",
			"An M that has taken an idle P for another one is stopped before it has given it away, and nobody stops that P.",
			switches{machine: model.MutantStartmPreemptible}),
		bug("E9", 45716, "timer-forgotten", "P-TIMER", "sysmon-stop",
			"The timer of a P that goes moves to another P, which is not told to look out for it.",
			switches{moveUnnoticed: true}),
		bug("E10", 38404, "preempted-at-semrelease", "P-RESTART", "time-slice",
			"An M that has started the world is preempted before it releases worldsema, and nobody else can stop the world.",
			switches{machine: model.MutantReleasePreemptible}),
		bug("E11", 0, "destroy-no-flush", "P-PDEAD", "lose-p",
			"A P that is destroyed keeps the pages of its cache.",
			switches{destroyNoFlush: true}),
		bug("E12", 49234, "pacer-test-unlocked", "gcSetTriggerRatio/entry", "test-pacer",
			"Tests of the pacing compute it with neither the heap lock nor a stopped world.",
			switches{pacerTestUnlocked: true}),
	}
}

// statsBugs are about accounting.
func statsBugs() []*Variant {
	list := []*Variant{
		bug("F1", 64401, "inuse-on-g", "P-STATS", "read-mem-stats",
			"heap_inuse is counted on the goroutine's stack, after a moment at which the world may stop.",
			switches{countOnG: true}),
	}
	list = append(list, released(
		bug("F2", 67019, "large-free-late", "P-INOBJECTS", "stats",
			"The free of a large object is counted when its span has gone, so that objects seem to have more bytes than spans.",
			switches{}),
		switches{largeFreeFirst: true},
		"The free of a large object is counted before its span goes.", "P-INOBJECTS")...)
	return append(list,
		bug("F3", 38712, "stats-copied-late", "P-MEMSTATS", "read-mem-stats",
			"ReadMemStats allocates a span between comparing the counters and copying them.",
			switches{statsCopiedLate: true}))
}
