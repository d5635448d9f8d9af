package contracts

// Entry says what a function is documented to need of the heap lock when it is
// called.
type Entry string

// What functions need.
const (
	Any           Entry = "any"
	Held          Entry = "held"
	HeldOrStopped Entry = "held or stopped"
	NotHeld       Entry = "not held"
)

// Contract is what the runtime documents about a function: in its assertions,
// in comments, and in the directive that keeps it on the system stack. The lock
// is held at the return if it was held at the entry.
type Contract struct {
	Function string // the runtime's name
	Entry    Entry
	Drops    bool // it may drop the lock in between
	System   bool // it runs on the system stack only
	P        bool // it needs a P
	model    string
}

// contracts116 are those of Go 1.16, in the order of its files.
var contracts116 = []Contract{
	{Function: "mheap.sysAlloc", Entry: Held},
	{Function: "allocmcache", Entry: NotHeld, model: "mheap.allocmcache"},
	{Function: "freemcache", Entry: NotHeld, model: "mheap.freemcache"},
	{Function: "gcSetTriggerRatio", Entry: HeldOrStopped, model: "mheap.gcSetTriggerRatio"},
	{Function: "gcEffectiveGrowthRatio", Entry: HeldOrStopped, model: "mheap.gcEffectiveGrowthRatio"},
	{Function: "setGCPercent", Entry: NotHeld, model: "mheap.setGCPercent"},
	{Function: "gcMarkTermination", Entry: NotHeld, model: "mheap.gcMarkTermination"},
	{Function: "gcSweep", Entry: NotHeld, System: true, model: "mheap.gcSweep"},
	{Function: "gcPaceScavenger", Entry: HeldOrStopped, model: "mheap.gcPaceScavenger"},
	{Function: "wakeScavenger", Entry: NotHeld, model: "mheap.wakeScavenger"},
	{Function: "pageAlloc.scavenge", Entry: Held, Drops: true, System: true},
	{Function: "pageAlloc.scavengeStartGen", Entry: Held, System: true},
	{Function: "pageAlloc.scavengeReserve", Entry: Held, System: true},
	{Function: "pageAlloc.scavengeUnreserve", Entry: Held, System: true},
	{Function: "pageAlloc.scavengeOne", Entry: Held, Drops: true, System: true},
	{Function: "pageAlloc.scavengeRangeLocked", Entry: Held},
	{Function: "finishsweep_m", Entry: NotHeld, model: "mheap.finishsweep"},
	{Function: "sweepone", Entry: NotHeld, model: "mheap.sweepone"},
	{Function: "mspan.sweep", Entry: NotHeld, model: "mheap.sweep"},
	{Function: "deductSweepCredit", Entry: NotHeld, model: "mheap.deductSweepCredit"},
	{Function: "recordspan", Entry: Held, model: "mheap.recordspan"},
	{Function: "mheap.reclaim", Entry: NotHeld},
	{Function: "mheap.reclaimChunk", Entry: Held, Drops: true},
	{Function: "mheap.alloc", Entry: NotHeld},
	{Function: "mheap.allocManual", Entry: NotHeld, System: true},
	{Function: "mheap.setSpans", Entry: Any},
	{Function: "mheap.allocNeedsZero", Entry: Any},
	{Function: "mheap.tryAllocMSpan", Entry: Any, System: true},
	{Function: "mheap.allocMSpanLocked", Entry: Held, System: true},
	{Function: "mheap.freeMSpanLocked", Entry: Held, System: true},
	{Function: "mheap.allocSpan", Entry: NotHeld, System: true},
	{Function: "mheap.grow", Entry: Held},
	{Function: "mheap.freeSpan", Entry: NotHeld},
	{Function: "mheap.freeManual", Entry: NotHeld, System: true},
	{Function: "mheap.freeSpanLocked", Entry: Held},
	{Function: "mheap.scavengeAll", Entry: NotHeld, model: "mheap.scavengeAll"},
	{Function: "pageAlloc.grow", Entry: Held},
	{Function: "pageAlloc.update", Entry: Held},
	{Function: "pageAlloc.allocRange", Entry: Held},
	{Function: "pageAlloc.findMappedAddr", Entry: Held},
	{Function: "pageAlloc.find", Entry: Held},
	{Function: "pageAlloc.alloc", Entry: Held, System: true},
	{Function: "pageAlloc.free", Entry: Held, System: true},
	{Function: "pageCache.alloc", Entry: Any, P: true},
	{Function: "pageCache.flush", Entry: Held, System: true},
	{Function: "pageAlloc.allocToCache", Entry: Held, System: true},
	{Function: "procresize", Entry: NotHeld, model: "mheap.procresize"},
	{Function: "p.init", Entry: NotHeld},
	{Function: "p.destroy", Entry: NotHeld},
}

// changed are the functions whose contract the commit changed, as they were
// documented before it.
var changed = []Contract{
	{Function: "pageCache.flush", Entry: HeldOrStopped},
	{Function: "pageAlloc.alloc", Entry: Held},
	{Function: "pageAlloc.free", Entry: Held},
	{Function: "pageAlloc.allocToCache", Entry: Held},
	{Function: "recordspan", Entry: Any, model: "mheap.recordspan"},
	{Function: "mheap.freeSpanLocked", Entry: Any},
}

// Documented returns the contracts of Go 1.16, or those of the commit before the
// heap lock assertions.
func Documented(before bool) []Contract {
	list := append([]Contract(nil), contracts116...)
	for i := range list {
		for _, c := range changed {
			if before && c.Function == list[i].Function {
				list[i] = c
			}
		}
		if list[i].model == "" {
			list[i].model = list[i].Function
		}
	}
	return list
}

// allows reports whether a function may be called in state s.
func (e Entry) allows(s State) bool {
	switch e {
	case Held:
		return s.Held
	case HeldOrStopped:
		return s.Held || s.Stopped
	case NotHeld:
		return !s.Held
	}
	return true
}
