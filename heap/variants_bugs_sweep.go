package heap

// sweepBugs are about the sweeper and the page reclaimer.
func sweepBugs() []*Variant {
	list := released(
		bug("D1", 45315, "gc-returns-early", "P-GCSWEPT", "gc-swept",
			"A reclaimer is not counted as a sweeper, so that GC returns while a span is being swept.",
			switches{}),
		switches{activeSweep: true},
		"Whoever sweeps is counted, in one word with whether anything is left, as in Go 1.17.", "P-GCSWEPT")
	list = append(list, released(
		bug("D2", 46500, "sweepdone-flaps", "P-DONE-ONCE", "sweep-termination",
			"A sweeper tests whether the sweep is done and counts itself in two steps, so that the sweep ends more than once.",
			switches{}),
		switches{activeSweep: true},
		"The count of sweepers and whether anything is left are one word, as in Go 1.17.", "P-DONE-ONCE")...)
	marks := bug("D5", 39432, "no-page-marks", "", "",
		"The collector does not mark pages, which says that every page is worth a look of the reclaimer.",
		switches{noPageMarks: true})
	marks.Kind = VariantTest
	marks.Survives = "The marks of pages are a hint: sweeping looks at the marks of objects."
	return append(list,
		bug("D3", 27997, "unswept-strict", "throw", "reclaim-alloc",
			"A sweeper throws on a span in an unswept set that the reclaimer has swept and freed already.",
			switches{sweepStrict: true}),
		bug("D4", 21378, "reclaim-gives-up", "P-RECLAIM", "reclaim-swept",
			"The reclaimer leaves a piece of the heap at the first span that needs no sweeping, and the heap grows.",
			switches{reclaimGivesUp: true}),
		marks,
		bug("D7", 15022, "pagesinuse-underflow", "P-SPANMAP", "stack-mark",
			"Freeing a manual span takes its pages off those of heap spans, whose number becomes negative.",
			switches{manualPagesInUse: true}))
}

// spanBugs are about when a span is visible to others.
func spanBugs() []*Variant {
	list := released(
		bug("G3", 74288, "limit-late", "P-LIMIT", "alloc-free",
			"A heap span is published before its limit is set.",
			switches{}),
		switches{initSetsLimit: true},
		"A heap span gets its limit before it is published.", "P-LIMIT")
	return append(list,
		bug("G4", 11267, "freemanual-during-mark", "freeManual/gc-off", "stack-mark",
			"Stacks are freed while the collector marks, which may still find pointers to them.",
			switches{freeManualInMark: true}))
}
