package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var scavengeFree = &Scenario{
	Name: "scavenge-free", Geometry: "small-window", Special: true,
	Doc:    "A scavenger searches without the lock while memory above is freed; then a generation starts, and it does rounds until nothing is left.",
	config: noStops(2),
	setup: func(s *stage) {
		chunk, n := uint64(s.g.ChunkPages), uint64(s.g.CacheLimit)
		const typ = heap.SpanAllocWorkBuf
		var top *heap.Span
		s.h.Prepare(func(m *model.M) {
			low := s.h.AllocManual(m, n, typ)
			s.h.AllocManual(m, chunk-n, typ)
			s.h.FreeManual(m, s.h.AllocManual(m, chunk, typ), typ)
			s.h.StartScavengeGen(m)
			top = s.h.AllocManual(m, chunk, typ)
			s.h.FreeManual(m, low, typ)
			s.h.SetScavengeGoal(0)
		})
		freer := s.m("freer", func(m *model.M) { s.freeManual(m, top, typ) })
		s.m("scavenger", func(m *model.M) {
			s.scavengeStep(m)
			m.T().Join(freer.T())
			s.h.StartScavengeGen(m)
			for s.scavengeStep(m) != 0 {
			}
			s.allScavenged(m, 0)
		})
	},
}

var freeOSExact = &Scenario{
	Name: "free-os-exact", Geometry: "small-window", Special: true,
	Doc:    "FreeOSMemory starts a generation and scavenges everything while another M takes pages and gives them back.",
	config: noStops(2),
	setup: func(s *stage) {
		chunk, n := uint64(s.g.ChunkPages), uint64(s.g.CacheLimit)
		s.h.Prepare(func(m *model.M) {
			const typ = heap.SpanAllocWorkBuf
			low := s.h.AllocManual(m, n, typ)
			s.h.AllocManual(m, chunk-n, typ)
			// The generation begins at the upper chunk, which is full.
			s.h.FreeManual(m, s.h.AllocManual(m, chunk, typ), typ)
			s.h.AllocManual(m, chunk, typ)
			s.h.FreeManual(m, low, typ)
		})
		s.m("FreeOSMemory", func(m *model.M) {
			s.cs.freeing = m
			s.scavengeAll(m)
			s.cs.freeing = nil
		})
		s.m("allocator", func(m *model.M) {
			s.freeManual(m, s.allocManual(m, n, heap.SpanAllocWorkBuf), heap.SpanAllocWorkBuf)
		})
	},
}

var unaligned = &Scenario{
	Name: "unaligned", Geometry: "small-phys2", Special: true,
	Doc:    "The scavenger needs an odd number of pages where the operating system has pages of two.",
	config: noStops(1),
	setup: func(s *stage) {
		chunk := uint64(s.g.ChunkPages)
		s.h.Prepare(func(m *model.M) {
			const typ = heap.SpanAllocWorkBuf
			low := s.h.AllocManual(m, chunk, typ)
			s.h.AllocManual(m, chunk, typ)
			s.h.FreeManual(m, low, typ)
			s.h.StartScavengeGen(m)
			// So that growth by a chunk has to scavenge three pages.
			s.h.AllocManual(m, chunk-6, typ)
			s.h.SetScavengeGoal(s.h.HeapSys() - s.h.HeapReleased() + (chunk-3)*s.g.PageSize)
		})
		s.m("grower", func(m *model.M) { s.allocManual(m, chunk, heap.SpanAllocWorkBuf) })
	},
}

var scavengeHole = &Scenario{
	Name: "scavenge-hole", Geometry: "small", Special: true,
	Doc: "All is scavenged of a heap with a hole, in which nothing was ever mapped.",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.Hints = []int{0, 2}
		c.Occupied = []int{1}
	},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			s.h.Alloc(m, s.g.ArenaPages(), 0, true)
			s.h.FreeSpan(m, s.h.Alloc(m, s.g.ArenaPages(), 0, true))
		})
		s.m("FreeOSMemory", func(m *model.M) { s.scavengeAll(m) })
	},
}

var scavengeIdle = &Scenario{
	Name: "scavenge-idle", Geometry: "small", Special: true,
	Doc:    "The background scavenger has nothing to do while another M allocates.",
	config: noStops(2),
	setup: func(s *stage) {
		s.h.NewBgscavenge()
		s.m("allocator", func(m *model.M) { s.alloc(m, 1) })
	},
}

var deadCache = &Scenario{
	Name: "dead-cache", Geometry: "small", Special: true,
	Doc:    "FreeOSMemory runs before and after a P is destroyed that has pages in its cache, above all other free ones.",
	strict: []string{nameLeft},
	config: twoToOne,
	setup: func(s *stage) {
		var low *heap.Span
		s.h.Prepare(func(m *model.M) {
			const typ = heap.SpanAllocWorkBuf
			low = s.h.AllocManual(m, uint64(s.g.WordBits), typ)
			// What follows has been used: it is not scavenged.
			s.h.FreeManual(m, s.h.AllocManual(m, uint64(s.g.ChunkPages-s.g.WordBits), typ), typ)
		})
		var a *model.M
		s.m("resizer", func(m *model.M) {
			m.T().Join(a.T())
			s.freeManual(m, low, heap.SpanAllocWorkBuf)
			s.scavengeAll(m)
			s.setProcs(m, 1)
			s.scavengeAll(m)
			s.leavesNothing(m, nameLeft)
		})
		a = s.m("allocator", func(m *model.M) { s.alloc(m, 1) })
	},
}

var slowUnused = &Scenario{
	Name: "slow-unused", Geometry: "small-window", Special: true,
	Doc:    "The scavenger gives memory back, a call that may take long, while another M allocates and frees.",
	strict: []string{"P-UNUSED"},
	config: func(c *heap.Config) {
		noStops(2)(c)
		c.Machine.Open = model.Syscalls
	},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareTwoRuns(m) })
		s.m("scavenger", func(m *model.M) {
			s.scavengeStep(m)
			s.scavengeStep(m)
		})
		s.m("allocator", func(m *model.M) {
			n := uint64(s.g.CacheLimit)
			s.freeManual(m, s.allocManual(m, n, heap.SpanAllocWorkBuf), heap.SpanAllocWorkBuf)
		})
	},
}
