package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// memstats is the part of the memory statistics that the page heap and its
// pacing use. Bytes, where nothing else is said.
//
// Runtime: memstats, mstats.go, Go 1.16.
type memstats struct {
	heapSys      *sched.Word // mapped, less what manual spans use
	heapReleased *sched.Word // returned to the operating system, or never asked for
	heapInuse    *sched.Word // in heap spans
	heapLive     *sched.Word // allocated since or live at the last mark
	nextGC       *sched.Word // goal of the next cycle

	heapStats consistentHeapStats
}

func (s *memstats) init(h *mheap) {
	s.heapSys = h.word("heap_sys", 0)
	s.heapReleased = h.word("heap_released", 0)
	s.heapInuse = h.word("heap_inuse", 0)
	s.heapLive = h.word("heap_live", 0)
	s.nextGC = h.word("next_gc", ^uint64(0))
	s.heapStats.init(h)
}

// heapRetained estimates the memory that the heap keeps from the operating
// system, in bytes.
//
// Runtime: heapRetained, mgcscavenge.go, Go 1.16.
func (h *mheap) heapRetained(m *model.M) uint64 {
	sys := h.memstats.heapSys.Load(m.T())
	return sys - h.memstats.heapReleased.Load(m.T())
}

// heapStatsDelta is a set of statistics that are updated together.
//
// Model: the counts of small objects are one for all size classes.
//
// Runtime: heapStatsDelta, mstats.go, Go 1.16.
type heapStatsDelta struct {
	committed       int64 // bytes
	released        int64
	inHeap          int64
	inStacks        int64
	inWorkBufs      int64
	inPtrScalarBits int64

	largeAlloc      int64 // bytes
	largeAllocCount int64
	smallAlloc      int64 // bytes
	largeFree       int64
	largeFreeCount  int64
	smallFree       int64
}

// merge adds b to a.
//
// Runtime: (*heapStatsDelta).merge, Go 1.16.
func (a *heapStatsDelta) merge(b *heapStatsDelta) {
	a.committed += b.committed
	a.released += b.released
	a.inHeap += b.inHeap
	a.inStacks += b.inStacks
	a.inWorkBufs += b.inWorkBufs
	a.inPtrScalarBits += b.inPtrScalarBits
	a.largeAlloc += b.largeAlloc
	a.largeAllocCount += b.largeAllocCount
	a.smallAlloc += b.smallAlloc
	a.largeFree += b.largeFree
	a.largeFreeCount += b.largeFreeCount
	a.smallFree += b.smallFree
}

// inSpans returns the counter of bytes in spans of type typ.
func (a *heapStatsDelta) inSpans(typ SpanAllocType) *int64 {
	switch typ {
	case SpanAllocHeap:
		return &a.inHeap
	case SpanAllocStack:
		return &a.inStacks
	case SpanAllocPtrScalarBits:
		return &a.inPtrScalarBits
	default:
		return &a.inWorkBufs
	}
}

// consistentHeapStats is a set of statistics of which a reader gets a
// consistent snapshot without stopping the writers: they write to one of three
// shards, and a reader moves them to the next.
//
// Model: the atomic adds to a shard are no steps. Between acquire and release
// nobody else may look at the shard, which the cell of each shard checks.
// Model: unless [Config].StatsReader says that somebody reads, acquire and
// release of an M with a P are no steps either: only a reader looks at statsSeq
// and changes gen.
//
// Runtime: consistentHeapStats, mstats.go, Go 1.16.
type consistentHeapStats struct {
	h       *mheap
	gen     *sched.Word // shard that writers use
	noPLock *model.Mutex
	shards  [3]heapStatsDelta
	own     [3]*sched.Cell // reads stand for atomic adds, writes for plain accesses
}

func (c *consistentHeapStats) init(h *mheap) {
	c.h = h
	c.gen = h.word("heapStats.gen", 0)
	c.noPLock = model.NewMutex(h.k, "heapStats.noPLock", model.LeafRank)
	for i := range c.own {
		c.own[i] = h.cell("heapStats.stats", nil)
	}
	sched.Save(h.w, &c.shards)
}

// acquire returns the shard to be updated until release. The P must not
// change in between.
//
// Runtime: (*consistentHeapStats).acquire, Go 1.16.
func (c *consistentHeapStats) acquire(m *model.M) *heapStatsDelta {
	if pp := m.P(); pp != nil {
		seq := c.h.local(pp).addStatsSeq(m, c.h.cfg.StatsReader)
		if seq%2 == 0 {
			m.Throw("bad sequence number: %d in acquire", seq)
		}
	} else {
		m.Lock(c.noPLock)
	}
	gen := uint64(0)
	if c.h.cfg.StatsReader {
		gen = c.gen.Load(m.T()) % 3
	}
	c.own[gen].Read(m.T())
	return &c.shards[gen]
}

// release ends the update that acquire began.
//
// Runtime: (*consistentHeapStats).release, Go 1.16.
func (c *consistentHeapStats) release(m *model.M) {
	if c.h.k.Opens(StatsGrowth) && !c.h.v.statsNoSplit {
		// The stack may grow at the entry of this function, and growing it
		// updates the statistics (bug-A6, issue 49395).
		m.Prologue("consistentHeapStats.release")
	}
	if pp := m.P(); pp != nil {
		seq := c.h.local(pp).addStatsSeq(m, c.h.cfg.StatsReader)
		if seq%2 != 0 {
			m.Throw("bad sequence number: %d in release", seq)
		}
	} else {
		m.Unlock(c.noPLock)
	}
}

// addStatsSeq adds 1 to statsSeq and returns the result.
func (l *p) addStatsSeq(m *model.M, observed bool) uint64 {
	if observed {
		return l.statsSeq.Add(m.T(), 1)
	}
	l.own.Write(m.T())
	l.statsSeqAlone++
	return l.statsSeqAlone
}

// updating reports whether the P is between acquire and release. It is for
// properties.
func (l *p) updating() bool { return (l.statsSeq.Peek()+l.statsSeqAlone)%2 != 0 }

// read takes a consistent snapshot. Only one reader may run at a time.
//
// Runtime: (*consistentHeapStats).read, Go 1.16.
func (c *consistentHeapStats) read(m *model.M) heapStatsDelta {
	t := m.T()
	if !c.h.cfg.StatsReader {
		panic("heap: a reader of the consistent statistics without Config.StatsReader")
	}
	// Not preemptible, so that allp does not change.
	m.AcquireM()
	currGen := c.gen.Load(t)
	prevGen := (currGen + 2) % 3
	// Writers without a P must not write while gen moves on.
	m.Lock(c.noPLock)
	c.gen.Swap(t, (currGen+1)%3)
	m.Unlock(c.noPLock)
	for _, pp := range c.h.allp() {
		// A writer that is seen outside will use the new shard.
		seq := c.h.local(pp).statsSeq
		for v := seq.Load(t); v%2 != 0; {
			v = seq.Await(t, sched.Ne, v)
		}
	}
	c.own[currGen].Write(t)
	c.own[prevGen].Write(t)
	c.shards[currGen].merge(&c.shards[prevGen])
	c.shards[prevGen] = heapStatsDelta{}
	out := c.shards[currGen]
	m.ReleaseM()
	return out
}

// unsafeRead adds up all shards. The world is stopped.
//
// Runtime: (*consistentHeapStats).unsafeRead, Go 1.16.
func (c *consistentHeapStats) unsafeRead(m *model.M) heapStatsDelta {
	m.AssertWorldStopped(siteUnsafeRead)
	var out heapStatsDelta
	for i := range c.shards {
		c.own[i].Write(m.T())
		out.merge(&c.shards[i])
	}
	return out
}

// unsafeClear clears all shards. The world is stopped.
//
// Runtime: (*consistentHeapStats).unsafeClear, Go 1.16.
func (c *consistentHeapStats) unsafeClear(m *model.M) {
	m.AssertWorldStopped(siteUnsafeClear)
	for i := range c.shards {
		c.own[i].Write(m.T())
		c.shards[i] = heapStatsDelta{}
	}
}

// total adds up all shards without any check, for properties.
func (c *consistentHeapStats) total() heapStatsDelta {
	var out heapStatsDelta
	for i := range c.shards {
		out.merge(&c.shards[i])
	}
	return out
}

// updatememstats flushes all caches and checks that the consistent statistics
// agree with the global ones. The world is stopped.
//
// Runtime: updatememstats, mstats.go, Go 1.16.
func (h *mheap) updatememstats(m *model.M) heapStatsDelta {
	m.AssertWorldStopped(siteUpdatememstats)
	m.Systemstack(func() { h.flushallmcaches(m) })
	t := m.T()
	cons := h.memstats.heapStats.unsafeRead(m)
	sys, released, inuse := h.memstats.heapSys.Load(t), h.memstats.heapReleased.Load(t), h.memstats.heapInuse.Load(t)
	if inuse != uint64(cons.inHeap) {
		m.Throw("heap_inuse and consistent stats are not equal: %d, %d", inuse, cons.inHeap)
	}
	if released != uint64(cons.released) {
		m.Throw("heap_released and consistent stats are not equal: %d, %d", released, cons.released)
	}
	retained := uint64(cons.committed - cons.inStacks - cons.inWorkBufs - cons.inPtrScalarBits)
	if sys-released != retained {
		m.Throw("measures of the retained heap are not equal: %d, %d", sys-released, retained)
	}
	return cons
}

// flushmcache returns what the mcache of pp holds. The world is stopped.
//
// Runtime: flushmcache, mstats.go, Go 1.16.
func (h *mheap) flushmcache(m *model.M, pp *model.P) {
	m.AssertWorldStopped(siteFlushmcache)
	c := h.local(pp).mcache
	if c == nil {
		return
	}
	c.releaseAll(m)
	c.stackcacheClear(m)
}

// flushallmcaches does so for all Ps. The world is stopped.
//
// Runtime: flushallmcaches, mstats.go, Go 1.16.
func (h *mheap) flushallmcaches(m *model.M) {
	m.AssertWorldStopped(siteFlushallmcaches)
	for _, pp := range h.allp() {
		h.flushmcache(m, pp)
	}
}
