package sched

// work is the record of a part of a search that is left to do. Its type belongs
// to the strategy.
type work any

// resumable is implemented by strategies whose search can be left and gone on
// with, by another value.
type resumable interface {
	Strategy
	// start makes the next call of Next, with nil, begin with w and add what it
	// sums up to t. A nil w is the whole search.
	start(w work, t *tally)
	// remaining returns what is left to do, including the execution that Next has
	// returned last, which may be under way.
	remaining() work
}

// divisible is implemented by strategies whose search can be divided among
// workers, each with a value of its own.
type divisible interface {
	resumable
	// split gives away executions that come after all others that are left; nil
	// if that is not worth it. It is called when Next has returned, with the
	// execution before.
	split(r *Result) work
}

// portion is a part of a search: executions that follow each other in the order in
// which one worker alone would run them.
type portion struct {
	next    *portion // in that order
	block   numbers  // room for work
	work    work     // what is left; of a running part only while the search is being saved
	done    bool     // nothing is left
	last    bool     // the search ends with it, whatever would come after
	dropped bool     // it comes after a last one
	by      *worker
	err     error // why the search cannot go on after it
	seen    tally
}

// portions lists the parts of a search in order.
type portions struct {
	first *portion
	free  *portion // to be used again
}

// add enters a part behind p, nil being the beginning.
func (l *portions) add(behind *portion, w work) *portion {
	p := l.free
	if p == nil {
		p = new(portion)
	} else {
		l.free = p.next
		*p = portion{seen: p.seen}
	}
	p.work = w
	if behind == nil {
		p.next, l.first = l.first, p
	} else {
		p.next, behind.next = behind.next, p
	}
	return p
}

// end returns the last part, nil if there is none.
func (l *portions) end() *portion {
	p := l.first
	for p != nil && p.next != nil {
		p = p.next
	}
	return p
}

// waiting returns the first part that nobody works on, nil if there is none.
func (l *portions) waiting() *portion {
	for p := l.first; p != nil; p = p.next {
		if !p.done && p.by == nil {
			return p
		}
	}
	return nil
}

// complete reports whether nothing is left to do.
func (l *portions) complete() bool {
	for p := l.first; p != nil; p = p.next {
		if !p.done {
			return false
		}
	}
	return true
}

// cut drops all parts behind p, with which the search ends.
func (l *portions) cut(p *portion) {
	p.last = true
	for q := p.next; q != nil; q = q.next {
		q.dropped = true
	}
	p.next = nil
}

// join makes one part of those that are done and follow each other.
func (l *portions) join() {
	for p := l.first; p != nil; p = p.next {
		for q := p.next; q != nil && p.done && q.done; q = p.next {
			p.seen.follow(&q.seen)
			p.next, p.last, p.err = q.next, q.last, q.err
			q.seen.clear()
			q.next, l.free = l.free, q
		}
	}
}
