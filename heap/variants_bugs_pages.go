package heap

// pageBugs are about the page allocator.
func pageBugs() []*Variant {
	list := []*Variant{
		bug("B1", 38605, "searchaddr-next-page", "P-SEARCHMAP", "procresize",
			"Filling a page cache moves the search address to the page after the block, which may be outside the heap.",
			switches{searchAfterBlock: true}),
		bug("B2", 40191, "no-findmappedaddr", "P-SEARCHMAP", "hole",
			"The new search address is the begin of a summary that was skipped, and may not be mapped.",
			switches{findUnmapped: true}),
		bug("B3", 35954, "limit-exclusive", "throw", "top",
			"The summaries are updated up to an exclusive limit, which lies beyond the table at the top of the address space.",
			switches{updateExclusive: true}),
		bug("B4", 63385, "min-zero-sentinel", "P-CONSERVE", "low-high-low",
			"The lowest mapped chunk is kept as a number of which 0 also means none, and memory in use is mapped again.",
			switches{minZeroUnset: true}),
	}
	list = append(list, released(
		bug("B5", 52682, "aligned-stacks", "P-BACKED", "aligned-stack",
			"An aligned stack is cut out of a larger run, whose edges are freed without their scavenged bits.",
			switches{}),
		switches{findAligned: true},
		"Room for an aligned stack is found first, and only the aligned part is allocated.")...)
	list = append(list, released(
		bug("B6", 0, "idle-page-cache", "P-IDLECACHE", "idle-cache",
			"The page cache of an idle P keeps its pages when a collection has ended.",
			switches{}),
		switches{flushIdle: true},
		"The end of a collection flushes the page caches of idle Ps, as Go 1.21 does.", "P-IDLECACHE")...)
	once := bug("B7", 50301, "one-update", "", "",
		"Filling a page cache updates the summaries once, where Go 1.16 does so twice.",
		switches{oneUpdate: true})
	once.Kind = VariantTest
	once.Survives = "The second update finds nothing to change: no bug, and the checker must not say that it is one."
	return append(list, once)
}

// scavengerBugs are about the scavenger.
func scavengerBugs() []*Variant {
	list := []*Variant{
		bug("C1", 35788, "shared-scavaddr", "L-SCAV", "scavenge-free",
			"Scavengers share one address: who has searched without the lock moves it down, although memory above was freed meanwhile.",
			switches{sharedAddr: true}),
		bug("C2", 52158, "optimistic-search", "P-FREEOS", "free-os-exact",
			"FreeOSMemory searches without the heap lock, as only the background scavenger may, and misses memory that changes meanwhile.",
			switches{allMayUnlock: true}),
		bug("C3", 32012, "grow-unscavenged", "P-BACKED", "grow",
			"New memory does not count as scavenged, and the scavenger gives back what was never used.",
			switches{growBacked: true}),
		bug("C4", 35445, "no-align-max", "P-BACKED", "unaligned",
			"What is scavenged at once is not made of whole pages of the operating system.",
			switches{unalignedMax: true}),
		bug("C5", 35465, "scavenge-hull", "P-BACKED", "scavenge-hole",
			"The scavenger goes by the bits of all memory between the ends of the heap, and memory that is not mapped looks free.",
			switches{scavengeHull: true}),
	}
	list = append(list, released(
		bug("C6", 31678, "unused-under-lock", "P-UNUSED", "slow-unused",
			"The scavenger gives memory back with the heap lock held, and whoever allocates waits for the operating system.",
			switches{}),
		switches{unusedUnlocked: true},
		"The background scavenger gives memory back without the heap lock, as in Go 1.19.", "P-UNUSED")...)
	return append(list,
		bug("C7", 34575, "never-parks", "P-PARK", "scavenge-idle",
			"A scavenger that finds nothing sleeps instead of parking, so that its timer hides a deadlock of the program.",
			switches{neverParks: true}))
}

// ownFindings have no issue: they were found with the model and seen in the real
// runtime.
func ownFindings() []*Variant {
	return released(
		bug("H1", 0, "flush-keeps-hwm", "L-FREEOS", "dead-cache",
			"The pages that a destroyed P gives back do not raise the mark at which the next scavenge generation begins, and FreeOSMemory leaves them.",
			switches{}),
		switches{flushRaisesHWM: true},
		"Flushing a page cache raises the mark at which the next scavenge generation begins.", "L-FREEOS")
}
