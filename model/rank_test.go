package model

import (
	"slices"
	"strings"
	"testing"
)

// TestMheapRow states the row of the heap lock in the runtime's names.
func TestMheapRow(t *testing.T) {
	want := strings.Fields("sysmon scavenge sweepWaiters assistQueue cpuprof sweep sched allg allp fin pollDesc timers " +
		"itab reflectOffs notifyList traceBuf traceStrings hchan mspanSpecial prof gcBitsArenas root gscan stackpool " +
		"stackLarge defer sudog wbufSpans spanSetSpine")
	var got []string
	for r := RankNone; r < numRanks; r++ {
		if mayPrecede[RankMheap].has(r) {
			got = append(got, r.String())
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("directly above mheap:\n%v\nwant\n%v", got, want)
	}
}

// TestPartialOrder checks the table against the total order, and how many edges
// each row has.
func TestPartialOrder(t *testing.T) {
	edges := map[Rank]int{RankScavenge: 1, RankForcegc: 1, RankSched: 8, RankDeadlock: 1, RankPanic: 1, RankAllg: 3,
		RankAllp: 2, RankTimers: 6, RankReflectOffs: 1, RankHchan: 3, RankFin: 6, RankTraceBuf: 2, RankTraceStrings: 1,
		RankMspanSpecial: 15, RankProf: 15, RankGcBitsArenas: 13, RankTrace: 10, RankTraceStackTab: 14,
		RankNetpollInit: 1, RankRwmutexR: 2, RankSpanSetSpine: 17, RankGscan: 23, RankStackpool: 25, RankStackLarge: 10,
		RankSudog: 2, RankWbufSpans: 21, RankMheap: 29, RankMheapSpecial: 15, RankGlobalAlloc: 4, RankGFree: 1,
		RankHchanLeaf: 2}
	for r := RankNone; r < numRanks; r++ {
		n := 0
		for q := RankNone; q < numRanks; q++ {
			if !mayPrecede[r].has(q) {
				continue
			}
			n++
			if q > r || q == RankNone {
				t.Errorf("%v is listed above %v, which comes first", q, r)
			}
		}
		if n != edges[r] {
			t.Errorf("%v has %d edges, want %d", r, n, edges[r])
		}
	}
}

func TestOrderError(t *testing.T) {
	for _, c := range []struct {
		prev, next Rank
		want       string
	}{
		{RankSched, RankMheap, ""},
		{RankStackpool, RankMheap, ""},
		{RankSysmon, RankScavenge, ""},
		{RankScavenge, RankSched, ""},
		{RankSched, RankAllp, ""},
		{RankTimers, RankTimers, ""},
		{RankMheap, RankGlobalAlloc, ""},
		{RankMheap, LeafRank, ""},
		{RankMheap, RankSched, "rank inversion"},
		{RankMheap, RankScavenge, "rank inversion"},
		{RankMheap, RankGcBitsArenas, "rank inversion"},
		{RankMheapSpecial, RankMheap, "rank inversion"},
		{LeafRank, LeafRank, "rank inversion"},
		{LeafRank, RankMheap, "rank inversion: mheap is before leaf"},
		{RankMheap, RankMheap, "missing edge: two locks of rank mheap"},
		{RankForcegc, RankMheap, "missing edge"},
		{RankTrace, RankMheap, "missing edge"},
		{RankMheap, RankMheapSpecial, "missing edge"},
		{RankScavenge, RankAllp, "missing edge"},
	} {
		got := OrderError(c.prev, c.next)
		if (got == "") != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%v under %v: %q, want %q", c.next, c.prev, got, c.want)
		}
	}
}

func TestBadRank(t *testing.T) {
	k, _ := BareM("a")
	for _, r := range []Rank{-1, numRanks, 999} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("rank %d is accepted", int(r))
				}
			}()
			NewMutex(k, "l", r)
		}()
	}
	if l := NewMutex(k, "l", RankNone); l.Rank() != LeafRank {
		t.Errorf("a lock without rank has rank %v, want leaf", l.Rank())
	}
}

// TestRankHints says that a hint checks the order and holds nothing.
func TestRankHints(t *testing.T) {
	k, m := BareM("a")
	heap, pool := NewMutex(k, "heap", RankMheap), NewMutex(k, "stackpool", RankStackpool)
	m.LockWithRankMayAcquire(heap)
	m.Lock(pool)
	m.LockWithRankMayAcquire(heap)
	if m.HeldLocks() != 1 || heap.Held() {
		t.Errorf("a hint holds: %s", m.held())
	}
	m.Unlock(pool)
	m.AcquireLockRank(RankSysmon)
	if got := m.held(); got != "rank sysmon" {
		t.Errorf("holds %q, want rank sysmon", got)
	}
	m.ReleaseLockRank(RankSysmon)
	if m.HeldLocks() != 0 || m.Locks() != 0 {
		t.Errorf("holds %s, m.locks %d, want nothing", m.held(), m.Locks())
	}
}
