package model

// Occasion says what an M is about to do when an [Observer] is told.
type Occasion uint8

// Occasions.
const (
	AtSite   Occasion = iota + 1 // it evaluates an assertion point
	AtLock                       // it acquires a lock
	AtUnlock                     // it releases a lock
	AtSwitch                     // it switches from its user stack to the system stack
)

// An Observer looks on while Ms run, before they do something. It must not
// change what they do, and there is none in ordinary explorations.
type Observer interface {
	// Observe is called by m, which is about to do e: at assertion point s, or to
	// lock l. It is called during Setup too.
	Observe(m *M, e Occasion, s Site, l *Mutex)
	// Forgives is called where an assertion about locks, stacks or stops of the
	// world does not hold at s. If it returns true m goes on as if it did.
	Forgives(m *M, s Site) bool
}

// observe tells the observer, if there is one.
func (m *M) observe(e Occasion, s Site, l *Mutex) {
	if o := m.k.cfg.Observer; o != nil {
		o.Observe(m, e, s, l)
	}
}

// forgiven reports whether an assertion that does not hold at s is passed over.
func (m *M) forgiven(s Site) bool {
	o := m.k.cfg.Observer
	return o != nil && o.Forgives(m, s)
}

// HoldsRank reports whether m holds, or waits for, a lock of rank r. It is no
// step.
func (m *M) HoldsRank(r Rank) bool {
	for i := range m.locksHeldLen {
		if m.locksHeld[i].rank == r {
			return true
		}
	}
	return false
}
