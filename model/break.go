package model

// deprive takes from m what assertion point s requires, if s is the one that
// must fail. Setup is spared.
func (m *M) deprive(s Site, need SiteKind, l *Mutex) {
	if s == m.k.cfg.Break && s != "" && m.t.World() == m.k.w {
		m.lose(need, l)
	}
}

// lose takes from m what a kind of assertion point requires.
func (m *M) lose(need SiteKind, l *Mutex) {
	switch need {
	case NeedsSystemStack:
		m.g0 = false
	case NeedsNoLock:
		if !m.holds(l) {
			m.g0 = true // where a lock may be acquired
			m.Lock(l)
		}
		return
	case NeedsStop, NeedsStopOrLock:
		m.k.worldIsStopped.Poke(0)
	}
	if l != nil && m.holds(l) {
		m.Unlock(l)
	}
}
