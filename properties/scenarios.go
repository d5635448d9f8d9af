package properties

import (
	"strings"

	"lockheld/heap"
	"lockheld/model"
)

// scenarios is the list of scenarios: small forms in the order of the
// reference, then large ones, then those that are made for a variant.
var scenarios = append([]*Scenario{
	allocFree,
	scavengeAlloc,
	scavengeGeneration,
	procresize,
	stopTheWorld,
	reclaim,
	stackGrowth,
	gcPercent,
	freeOSMemory,
	grow,
	sweepTermination,
	stats,
	testHelpers,

	larger(allocFree, "small-w16"),
	larger(scavengeAlloc, "small-phys2"),
	larger(scavengeGeneration, "small"),
	larger(procresize, "small"),
	larger(stopTheWorld, "small-window"),
	larger(reclaim, "small"),
	larger(stackGrowth, "small"),
	larger(gcPercent, "small-window"),
	larger(freeOSMemory, "small"),
	larger(grow, "small-deep"),
	larger(sweepTermination, "small"),
	larger(stats, "small"),
	larger(testHelpers, "small-window"),
}, specials...)

// larger makes the large form of a scenario: the same Ms do more, on another
// geometry.
func larger(small *Scenario, geometry string) *Scenario {
	sc := *small
	sc.Name += "-large"
	sc.Doc = strings.TrimSuffix(sc.Doc, ".") + ", for longer."
	sc.Geometry = geometry
	sc.Large = true
	sc.goals = nil
	return &sc
}

// rounds is how often Ms do what they do: once, or three times in the large
// form.
func (s *stage) rounds() int {
	if s.sc.Large {
		return 3
	}
	return 1
}

// noStops makes a machine of n Ps whose world is never stopped.
func noStops(n int) func(c *heap.Config) {
	return func(c *heap.Config) {
		c.Machine.Procs = n
		c.Machine.NoStops = true
	}
}

// prepareScavenge makes a heap of three chunks in which the lowest n pages of
// the first one and the lowest 4 of the second are free and not scavenged, and
// starts a generation that begins at the full third chunk: a scavenger has to
// search below it, without the lock if it may.
func (s *stage) prepareScavenge(m *model.M, n uint64) {
	chunk := uint64(s.g.ChunkPages)
	low := s.h.AllocManual(m, n, heap.SpanAllocWorkBuf)
	s.h.AllocManual(m, chunk-n, heap.SpanAllocWorkBuf)
	middle := s.h.AllocManual(m, 4, heap.SpanAllocWorkBuf)
	s.h.AllocManual(m, chunk-4, heap.SpanAllocWorkBuf)
	top := s.h.AllocManual(m, chunk, heap.SpanAllocWorkBuf)
	s.h.FreeManual(m, top, heap.SpanAllocWorkBuf)
	s.h.StartScavengeGen(m)
	s.h.AllocManual(m, chunk, heap.SpanAllocWorkBuf)
	s.h.FreeManual(m, low, heap.SpanAllocWorkBuf)
	s.h.FreeManual(m, middle, heap.SpanAllocWorkBuf)
	s.h.SetScavengeGoal(0)
}
