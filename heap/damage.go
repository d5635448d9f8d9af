package heap

import (
	"fmt"

	"lockheld/model"
)

// damages are ways to break the state of a heap, each of which a property or a
// check must report. They are for tests of those.
var damages = map[string]func(hp *Heap, m *model.M){
	"lost page":  func(hp *Heap, m *model.M) { hp.h.pages.allocRange(m, hp.h.freePage(), 1) },
	"freed page": func(hp *Heap, m *model.M) { hp.h.pages.free(m, hp.h.liveSpan().startAddr, 1) },
	"page in two places": func(hp *Heap, m *model.M) {
		hp.h.ghost.flights[m.ID()] = flight{base: hp.h.liveSpan().startAddr, npages: 1}
	},
	"leaf summary":     func(hp *Heap, m *model.M) { hp.h.damageSummary(len(hp.h.pages.summary) - 1) },
	"root summary":     func(hp *Heap, m *model.M) { hp.h.damageSummary(0) },
	"search address":   func(hp *Heap, m *model.M) { hp.h.pages.searchAddr = hp.h.freePage() + hp.h.g.PageSize },
	"search exhausted": func(hp *Heap, m *model.M) { hp.h.pages.searchAddr = hp.h.pages.maxAddr },
	"search outside":   func(hp *Heap, m *model.M) { hp.h.pages.searchAddr = hp.h.g.PageSize },
	"hull":             func(hp *Heap, m *model.M) { hp.h.pages.end++ },
	"bytes left":       func(hp *Heap, m *model.M) { hp.h.pages.scav.inUse.totalBytes += hp.h.g.PageSize },
	"curArena":         func(hp *Heap, m *model.M) { hp.h.curArena.base += hp.h.g.PageSize },
	"scavenged span": func(hp *Heap, m *model.M) {
		p, a := &hp.h.pages, hp.h.liveSpan().startAddr
		chunk := p.view(p.chunkIndex(a))
		chunk.scavenged.setRange(p.chunkPageIndex(a), 1)
	},
	"cache scav":       func(hp *Heap, m *model.M) { c := &hp.h.local(m.P()).pcache; c.scav = ^c.cache & 0xff },
	"unbacked page":    func(hp *Heap, m *model.M) { hp.h.ghostBack(hp.h.retainedPage(), 1, false) },
	"unbacked span":    func(hp *Heap, m *model.M) { hp.h.ghostBack(hp.h.liveSpan().startAddr, 1, false) },
	"unused span":      func(hp *Heap, m *model.M) { hp.h.sysUnused(m, hp.h.liveSpan().startAddr, hp.h.g.PageSize) },
	"zero":             func(hp *Heap, m *model.M) { g := &hp.h.liveSpan().ghost; g.zeroed, g.usedBefore = true, true },
	"span map":         func(hp *Heap, m *model.M) { hp.h.setSpanMap(hp.h.liveSpan().startAddr, nil) },
	"in-use bit":       func(hp *Heap, m *model.M) { hp.h.arenas[0].pageInUse[1].Or(m.T(), 1<<(hp.h.g.ReclaimGroup-1)) },
	"pagesInUse":       func(hp *Heap, m *model.M) { hp.h.pagesInUse.Inc(m.T(), 1) },
	"object in use":    func(hp *Heap, m *model.M) { hp.h.spanalloc.free(m, hp.h.liveSpan().id) },
	"object lost":      func(hp *Heap, m *model.M) { hp.h.newSpan(m) },
	"allspans":         func(hp *Heap, m *model.M) { hp.h.allspans = hp.h.allspans[:len(hp.h.allspans)-1] },
	"manual in use":    func(hp *Heap, m *model.M) { hp.h.liveSpan().state.Store(m.T(), mSpanManual) },
	"dead in marking":  func(hp *Heap, m *model.M) { hp.h.gcPhase = gcMark; hp.h.liveSpan().state.Store(m.T(), mSpanDead) },
	"swept twice":      func(hp *Heap, m *model.M) { hp.h.liveSpan().sweepgen.Store(m.T(), uint64(hp.h.sweepgen-1)) },
	"cached by nobody": func(hp *Heap, m *model.M) { hp.h.liveSpan().sweepgen.Store(m.T(), uint64(hp.h.sweepgen+3)) },
	"stack cached twice": func(hp *Heap, m *model.M) {
		f := &hp.h.local(m.P()).mcache.stackcache[1]
		f.list[f.n] = f.list[f.n-1]
		f.n++
	},
	"span set":      func(hp *Heap, m *model.M) { hp.h.central[0].full[0].n.Inc(m.T(), 1) },
	"credit":        func(hp *Heap, m *model.M) { hp.h.reclaimCredit.Inc(m.T(), 1) },
	"central index": func(hp *Heap, m *model.M) { hp.h.sweeper.centralIndex.Store(m.T(), 0) },
	"sleeping sweeper": func(hp *Heap, m *model.M) {
		hp.h.sweeper.parked = true
		hp.h.sweepdone.Store(m.T(), 0)
	},
	"reservation": func(hp *Heap, m *model.M) {
		p := &hp.h.pages
		p.reserved[m.ID()] = reservation{p.scav.inUse.ranges[0], p.scav.gen}
	},
	"wake request":    func(hp *Heap, m *model.M) { hp.h.scavenger.sysmonWake.Store(m.T(), 0) },
	"heap_released":   func(hp *Heap, m *model.M) { hp.h.memstats.heapReleased.Inc(m.T(), hp.h.g.PageSize) },
	"heap_sys":        func(hp *Heap, m *model.M) { hp.h.memstats.heapSys.Store(m.T(), 0) },
	"heap_inuse":      func(hp *Heap, m *model.M) { hp.h.memstats.heapInuse.Inc(m.T(), 1) },
	"statistics":      func(hp *Heap, m *model.M) { hp.h.memstats.heapStats.shards[0].released++ },
	"update left":     func(hp *Heap, m *model.M) { hp.h.memstats.heapStats.acquire(m) },
	"dead P's pages":  func(hp *Heap, m *model.M) { hp.h.locals[len(hp.h.locals)-1].pcache = hp.h.pages.allocToCache(m) },
	"unlocked access": func(hp *Heap, m *model.M) { hp.h.pages.own(m) },
	"foreign cache":   func(hp *Heap, m *model.M) { hp.h.locals[(m.P().ID+1)%len(hp.h.locals)].own.Write(m.T()) },
	"sweep phase":     func(hp *Heap, m *model.M) { hp.h.own.sweepgen.Write(m.T()) },
}

// Damage breaks the state of the heap in a way that has a name, for tests of
// the properties. m holds the heap lock, unless that is what is broken. It
// panics if there is no such way.
func (hp *Heap) Damage(m *model.M, name string) {
	f, ok := damages[name]
	if !ok {
		panic(fmt.Sprintf("heap: no damage %q", name))
	}
	f(hp, m)
}

// freePage returns the address of the first free page.
func (h *mheap) freePage() uint64 {
	return h.firstPage(func(chunk *pallocData, i uint) bool { return chunk.popcntRange(i, 1) == 0 })
}

// retainedPage returns the address of the first page that is free and not
// scavenged.
func (h *mheap) retainedPage() uint64 {
	return h.firstPage(func(chunk *pallocData, i uint) bool {
		return chunk.popcntRange(i, 1) == 0 && chunk.scavenged.popcntRange(i, 1) == 0
	})
}

func (h *mheap) firstPage(ok func(chunk *pallocData, i uint) bool) uint64 {
	p := &h.pages
	for _, r := range p.inUse.ranges {
		for ci := p.chunkIndex(r.base); ci < p.chunkIndex(r.limit); ci++ {
			chunk := p.view(ci)
			for i := range p.chunkPages {
				if ok(&chunk, i) {
					return p.pageAddr(ci, i)
				}
			}
		}
	}
	panic("heap: no page to damage")
}

// liveSpan returns a heap span that is in use.
func (h *mheap) liveSpan() *mspan {
	for i := range h.spans {
		if s := &h.spans[i]; s.ghost.live && s.state.Peek() == mSpanInUse {
			return s
		}
	}
	panic("heap: no span to damage")
}

func (h *mheap) damageSummary(level int) {
	p := &h.pages
	i := h.freePage() >> p.levelShift[level]
	start, longest, end := p.summary[level].at(i).unpack()
	p.summary[level].set(i, packPallocSum(start, longest-1, end))
}

func (h *mheap) setSpanMap(addr uint64, s *mspan) {
	h.arenas[h.arenaIndex(addr)].spans[addr/h.g.PageSize%h.g.ArenaPages()] = s
}
