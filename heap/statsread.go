package heap

import (
	"lockheld/model"
)

// Stats is a snapshot of the consistent statistics. All but the counts are
// bytes.
type Stats struct {
	Committed, Released                           int64
	InHeap, InStacks, InWorkBufs, InPtrScalarBits int64
	LargeAlloc, LargeAllocCount, LargeFree        int64
	LargeFreeCount, SmallAlloc, SmallFree         int64

	// What ReadMemStats copies beside them.
	HeapSys, HeapReleased uint64
}

func (d *heapStatsDelta) stats() Stats {
	return Stats{
		Committed: d.committed, Released: d.released,
		InHeap: d.inHeap, InStacks: d.inStacks, InWorkBufs: d.inWorkBufs, InPtrScalarBits: d.inPtrScalarBits,
		LargeAlloc: d.largeAlloc, LargeAllocCount: d.largeAllocCount, LargeFree: d.largeFree,
		LargeFreeCount: d.largeFreeCount, SmallAlloc: d.smallAlloc, SmallFree: d.smallFree,
	}
}

// StatsRead takes a consistent snapshot while others go on. Only one reader
// may run at a time. Runtime: (*consistentHeapStats).read, as metrics.Read.
func (hp *Heap) StatsRead(m *model.M) Stats {
	m.Prologue("readMetrics")
	d := hp.h.memstats.heapStats.read(m)
	return d.stats()
}

// ReadMemStats stops the world and compares the two sets of statistics.
// Runtime: ReadMemStats.
func (hp *Heap) ReadMemStats(m *model.M) Stats {
	m.Prologue("ReadMemStats")
	if hp.h.v.stopWithLock {
		hp.h.stopWithLock(m)
	}
	m.StopTheWorld("read mem stats")
	var d heapStatsDelta
	var st Stats
	m.Systemstack(func() {
		d = hp.h.updatememstats(m)
		if hp.h.v.statsCopiedLate {
			hp.h.allocManual(m, 1, SpanAllocPtrScalarBits)
		}
		st = d.stats()
		st.HeapSys, st.HeapReleased = hp.h.memstats.heapSys.Peek(), hp.h.memstats.heapReleased.Peek()
	})
	m.StartTheWorld()
	return st
}
