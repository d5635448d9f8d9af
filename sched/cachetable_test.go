package sched

import (
	"math/rand/v2"
	"testing"
)

// The table is compared with a map while it grows from one segment to many.
func TestStateTableAgainstMap(t *testing.T) {
	for _, budgets := range []bool{false, true} {
		table := newStateTable(8<<20, budgets)
		want := map[Hash]budget{}
		var keys []Hash
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range uint64(100_000) {
			key := hashOf(i, 0, 0)
			if i%3 == 2 { // one that is known
				key = keys[rnd.IntN(len(keys))]
			}
			used, known, room := table.put(key)
			old, ok := want[key]
			if known != ok || !room {
				t.Fatalf("entry %d: known %v, want %v; room %v", i, known, ok, room)
			}
			if known && budgets && *used != old {
				t.Fatalf("entry %d: %+v, want %+v", i, *used, old)
			}
			if !ok {
				keys = append(keys, key)
			}
			e := budget{int32(i), int32(i / 2)}
			if budgets {
				*used = e
			}
			want[key] = e
		}
		if table.n != int64(len(want)) || table.exhausted {
			t.Errorf("%d states, want %d; exhausted %v", table.n, len(want), table.exhausted)
		}
		if len(table.segments) < 8 {
			t.Errorf("only %d segments: nothing was split", len(table.segments))
		}
		checkTable(t, table)
	}
}

// checkTable checks what put relies on, and the count of bytes.
func checkTable(t *testing.T, table *stateTable) {
	t.Helper()
	n := int64(0)
	for i := range table.segments {
		s := &table.segments[i]
		n += int64(s.n)
		found := 0
		for _, c := range s.states {
			if c.isZero() {
				continue
			}
			found++
			if table.segment(c) != s {
				t.Fatalf("a state of segment %d is looked for elsewhere", i)
			}
		}
		if found != s.n {
			t.Errorf("segment %d counts %d states, has %d", i, s.n, found)
		}
	}
	if n != table.n {
		t.Errorf("segments have %d states, the table %d", n, table.n)
	}
	bytes := int64(len(table.segments)+1)*table.segmentBytes() + int64(len(table.dir))*4
	if bytes != table.bytes || bytes > table.limit {
		t.Errorf("%d bytes, counted %d, limit %d", bytes, table.bytes, table.limit)
	}
}

// A table that is full says so, keeps what it has, and has used its memory.
func TestStateTableIsBounded(t *testing.T) {
	for _, limit := range []int64{10_000, 100_000, 1 << 20} {
		table := newStateTable(limit, false)
		i := uint64(0)
		for ; !table.exhausted; i++ {
			if _, known, ok := table.put(hashOf(i, 0, 0)); known || ok == table.exhausted {
				t.Fatalf("state %d: %v %v", i, known, ok)
			}
		}
		i-- // the one for which there was no room
		if table.n != int64(i) {
			t.Errorf("%d states, want %d", table.n, i)
		}
		for j := range i {
			if _, known, ok := table.put(hashOf(j, 0, 0)); !known || !ok {
				t.Fatalf("state %d of %d is lost", j, i)
			}
		}
		if _, _, ok := table.put(hashOf(i, 0, 0)); ok {
			t.Error("there is room again")
		}
		checkTable(t, table)
		if used := table.n * slotBytes; used < limit*2/5 {
			t.Errorf("limit %d: full with %d bytes of states", limit, used)
		}
	}
}

// A table that is smaller than it can be has room for a few states all the same.
func TestStateTableOfNoSize(t *testing.T) {
	table := newStateTable(1, true)
	for i := range uint64(100) {
		table.put(hashOf(i, 0, 0))
	}
	if table.n != minSlots/16*15 || !table.exhausted {
		t.Errorf("%d states, exhausted %v", table.n, table.exhausted)
	}
}

// States that are known cost no allocation.
func TestStateTableFindsWithoutAllocating(t *testing.T) {
	table := newStateTable(1<<20, false)
	for i := range uint64(1000) {
		table.put(hashOf(i, 0, 0))
	}
	i := uint64(0)
	if n := testing.AllocsPerRun(1000, func() {
		table.put(hashOf(i, 0, 0))
		i = (i + 1) % 1000
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStateTable(b *testing.B) {
	table := newStateTable(1<<30, false)
	i := uint64(0)
	for b.Loop() {
		table.put(hashOf(i%4_000_000, 0, 0))
		i++
	}
	b.ReportMetric(float64(table.bytes)/float64(table.n), "bytes/state")
}
