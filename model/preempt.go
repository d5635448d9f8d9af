package model

// Preemptible reports whether the goroutine of m may be made to leave its P at
// a safepoint.
//
// Runtime: canPreemptM, Go 1.16, and newstack, which runs on user stacks only.
func (m *M) Preemptible() bool {
	return !m.g0 && m.locks == 0 && !m.mallocing && m.preemptoff == "" && m.p != nil && m.p.status == Prunning
}

// Safepoint is a place where a preemption that was asked for is honoured: m
// stops for a stop of the world, or, if the scenario opens [TimeSlice], its time
// slice may be over. It does nothing where m is not preemptible. It is a step.
//
// Model: a stop of the world asks all Ps for preemption again and again until
// they have stopped, so the request is the same as gcwaiting. Asynchronous
// preemption, by a signal, does not happen inside package runtime; elsewhere a
// scenario says where it may, by calling Safepoint.
func (m *M) Safepoint() {
	if !m.Preemptible() {
		return
	}
	k := m.k
	if !k.cfg.NoStops && k.gcwaiting.Load(m.t) != 0 {
		m.g0 = true
		m.gcstopm()
		m.g0 = false
		return
	}
	if k.Opens(TimeSlice) && m.t.Choose("end of time slice", 2) == 1 {
		m.Gosched()
	}
}

// Gosched offers the P of m to an M that waits for one, and waits for another
// P in turn. Without such an M nothing changes.
//
// Runtime: Gosched and gopreempt, goschedImpl, Go 1.16.
func (m *M) Gosched() {
	m.checkSchedule()
	k := m.k
	m.g0 = true
	m.Lock(k.schedLock)
	if k.s.midle == nil && !k.Gcwaiting() {
		m.Unlock(k.schedLock)
		m.g0 = false
		return
	}
	p := m.releasep()
	if k.Gcwaiting() {
		m.gcstop(p)
		m.mput(m)
		m.Unlock(k.schedLock)
	} else {
		next := m.mget()
		m.mput(m)
		m.Unlock(k.schedLock)
		m.startm(next, p)
	}
	m.acquirep(m.mPark())
	m.g0 = false
}
