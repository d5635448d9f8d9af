package sched

// Vector clocks order the steps of an execution by happens-before: entry i of
// the clock of a task counts the releases of task i that it has seen. They are
// kept only in worlds that have a [Cell].

// joinClock raises dst to at least src in every entry.
func joinClock(dst, src []uint32) []uint32 {
	for len(dst) < len(src) {
		dst = append(dst, 0)
	}
	for i, v := range src {
		if v > dst[i] {
			dst[i] = v
		}
	}
	return dst
}

// tick begins a new interval of t.
func (t *Task) tick() {
	for len(t.clk) <= t.index {
		t.clk = append(t.clk, 0)
	}
	t.clk[t.index]++
}

// saw reports whether t has seen interval n of task i.
func (t *Task) saw(i int, n uint32) bool { return i < len(t.clk) && t.clk[i] >= n }

// release is the clock of a synchronisation object.
type release struct {
	clk []uint32
}

func (r *release) reset() { r.clk = r.clk[:0] }

// acquireFrom makes what was released at r happen before what t does next.
func (t *Task) acquireFrom(r *release) {
	if t.w.clocks {
		t.clk = joinClock(t.clk, r.clk)
	}
}

// releaseTo makes what t has done happen before what is acquired from r.
func (t *Task) releaseTo(r *release) {
	if t.w.clocks {
		r.clk = joinClock(r.clk, t.clk)
		t.tick()
	}
}

// storeTo is releaseTo for an atomic store: it replaces what was released before.
func (t *Task) storeTo(r *release) {
	if t.w.clocks {
		r.reset()
		t.releaseTo(r)
	}
}
