package sched

import (
	"fmt"
	"strings"
)

// portfolio shares the executions among strategies that sample, in turn: of n,
// each of m gets n/m, the first n%m one more. No strategy is best on every
// program; with a portfolio, what the best one finds in k executions is found in
// about m*k.
type portfolio struct {
	members []member
	at      int    // whose execution is under way
	made    uint64 // executions begun
}

// member is a strategy of a portfolio.
type member struct {
	sampler
	name string
}

// portfolioSeed keeps the members from making the same choices.
const portfolioSeed = 0x9e3779b97f4a7c15

func newPortfolio(o *Options) Strategy {
	p := &portfolio{}
	for _, m := range []struct {
		name string
		make func(*Options) Strategy
	}{{"random", newRandom}, {"pct", newPCT}, {"pos", newPOS}, {"urw", newURW}, {"surw", newSURW}} {
		own := *o
		own.Seed += uint64(len(p.members)) * portfolioSeed
		p.members = append(p.members, member{sampler: m.make(&own).(sampler), name: m.name})
	}
	return p
}

func (p *portfolio) Next(r *Result) (Schedule, bool) { return nextOf(p, r) }

func (p *portfolio) learn(r *Result) { p.members[p.at].learn(r) }

func (p *portfolio) begin() {
	p.at = int(p.made % uint64(len(p.members)))
	p.made++
	p.members[p.at].begin()
}

// share returns how many of the first i executions are those of member k.
func (p *portfolio) share(k int, i uint64) uint64 {
	m := uint64(len(p.members))
	return (i + m - 1 - uint64(k)) / m
}

func (p *portfolio) skipTo(i uint64) {
	p.made = i
	for k := range p.members {
		p.members[k].skipTo(p.share(k, i))
	}
}

func (p *portfolio) teaches(i uint64) uint64 {
	first := uint64(never)
	for k := range p.members {
		if n := p.members[k].teaches(p.share(k, i)); n != never {
			first = min(first, n*uint64(len(p.members))+uint64(k))
		}
	}
	return first
}

// sumInto is for the only member that has something to add up.
func (p *portfolio) sumInto(t *sums) {
	for k := range p.members {
		p.members[k].sumInto(t)
	}
}

func (p *portfolio) Pick(v *View) int { return p.members[p.at].Pick(v) }

func (p *portfolio) Value(v *View, n int) int { return p.members[p.at].Value(v, n) }

// notes tells who did what.
func (p *portfolio) notes(r *Report) []string {
	m := int64(len(p.members))
	var shares, notes []string
	for i := range p.members {
		shares = append(shares, fmt.Sprintf("%s %d", p.members[i].name, p.share(i, uint64(r.Executions))))
		if n, ok := p.members[i].sampler.(noter); ok {
			for _, note := range n.notes(r) {
				notes = append(notes, p.members[i].name+": "+note)
			}
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		notes = append(notes, fmt.Sprintf("%s %s was found by %s, in execution %d",
			f.Violation.Kind, f.Violation.Site, p.members[(f.At-1)%m].name, f.At))
	}
	return append([]string{"executions: " + strings.Join(shares, ", ")}, notes...)
}
