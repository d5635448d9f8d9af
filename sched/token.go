package sched

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// Errors of tokens.
var (
	// ErrDamaged is wrapped by the errors of [ParseToken].
	ErrDamaged = errors.New("damaged token")
	// ErrStale is returned by [Token.Replay] if the program is not the one
	// that the token was made for.
	ErrStale = errors.New("stale token")
)

// tokenVersion begins every token. A change of the format, or of the meaning
// of choices, gets a new one.
const tokenVersion = "lh1"

// Token is a schedule as text, with what is needed to run it again and to see
// that the same thing happens. As text it is one word:
//
//	lh1:SCENARIO:VARIANT:GEOMETRY:PROPERTIES:CHOICES:MODEL:TRACE:CHECK
//
// PROPERTIES are separated by commas. CHOICES gives each task a letter, a to z,
// A to Z, then ~a to ~l, and each run of steps of a task its length if that is
// not 1; a data choice stands alone with its value: a12b3c=1 is twelve steps of
// task 0, three of task 1, and a data choice of task 2 with value 1. MODEL and
// TRACE are digests, CHECK is a checksum of what stands before it.
type Token struct {
	Scenario   string
	Variant    string
	Geometry   string
	Properties []string
	Choices    Schedule
	Model      uint64 // digest of the program, see [Program.Digest]
	Trace      uint64 // digest of what happens, see [Trace.Digest]
}

// String writes t as text that [ParseToken] reads.
func (t *Token) String() string {
	props := make([]string, len(t.Properties))
	for i, p := range t.Properties {
		props[i] = quoteField(p)
	}
	s := strings.Join([]string{tokenVersion, quoteField(t.Scenario), quoteField(t.Variant), quoteField(t.Geometry),
		strings.Join(props, ","), t.Choices.String(), fmt.Sprintf("%016x:%016x", t.Model, t.Trace)}, ":")
	return fmt.Sprintf("%s:%08x", s, crc32.ChecksumIEEE([]byte(s)))
}

// ParseToken reads a token, as [Token.String] writes it and in no other form.
// Every error wraps [ErrDamaged] and says what is wrong.
func ParseToken(s string) (*Token, error) {
	t, err := parseFields(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if again := t.String(); again != s {
		return nil, fmt.Errorf("%w: it is not written as tokens are (%q)", ErrDamaged, abbreviate(again))
	}
	return t, nil
}

func parseFields(s string) (*Token, error) {
	f := strings.Split(s, ":")
	if f[0] != tokenVersion {
		return nil, fmt.Errorf("it begins with %q, not %q", abbreviate(f[0]), tokenVersion+":")
	}
	if len(f) != 9 {
		return nil, fmt.Errorf("%d fields, not 9", len(f))
	}
	body := s[:strings.LastIndexByte(s, ':')]
	if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))); f[8] != sum {
		return nil, fmt.Errorf("checksum %s, but the text has %s", abbreviate(f[8]), sum)
	}
	t := &Token{}
	for i, p := range []*string{&t.Scenario, &t.Variant, &t.Geometry} {
		var err error
		if *p, err = unquoteField(f[i+1]); err != nil {
			return nil, err
		}
	}
	if f[4] != "" {
		for p := range strings.SplitSeq(f[4], ",") {
			name, err := unquoteField(p)
			if err != nil {
				return nil, err
			}
			if name == "" {
				return nil, errors.New("a property without name")
			}
			t.Properties = append(t.Properties, name)
		}
	}
	var err error
	if t.Choices, err = ParseSchedule(f[5]); err != nil {
		return nil, err
	}
	for i, p := range []*uint64{&t.Model, &t.Trace} {
		if *p, err = strconv.ParseUint(f[i+6], 16, 64); err != nil {
			return nil, fmt.Errorf("digest %q", abbreviate(f[i+6]))
		}
	}
	return t, nil
}

// Replay runs the token's schedule on p and returns the trace. The error wraps
// [ErrStale] if p is another program than the token was made for, and
// [ErrDiverged] if something else happens than then.
func (t *Token) Replay(p *Program, o Options) (*Trace, error) {
	d, err := p.Digest()
	if err != nil {
		return nil, err
	}
	if d != t.Model {
		return nil, fmt.Errorf("%w: it was made for another model (digest %016x, now %016x)", ErrStale, t.Model, d)
	}
	tr, err := Replay(p, t.Choices, o)
	if err != nil || tr.Digest() == t.Trace {
		return tr, err
	}
	return tr, fmt.Errorf("%w: %d steps, digest %016x, the token has %016x", ErrDiverged, len(tr.Steps), tr.Digest(), t.Trace)
}

// String writes the choices as a token does.
func (s Schedule) String() string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		b.WriteString(taskLetter(int(c.Task)))
		if c.Value >= 0 {
			fmt.Fprintf(&b, "=%d", c.Value)
			continue
		}
		n := 1
		for i+1 < len(s) && s[i+1] == c {
			i, n = i+1, n+1
		}
		if n > 1 {
			b.WriteString(strconv.Itoa(n))
		}
	}
	return b.String()
}

// maxChoices is the most choices that [ParseSchedule] accepts.
const maxChoices = 1 << 20

// ParseSchedule reads what [Schedule.String] writes.
func ParseSchedule(text string) (Schedule, error) {
	var s Schedule
	for rest := text; rest != ""; {
		task, n := taskOf(rest)
		if n == 0 {
			return nil, fmt.Errorf("choices: no task at %q", abbreviate(rest))
		}
		rest = rest[n:]
		isValue := strings.HasPrefix(rest, "=")
		if isValue {
			rest = rest[1:]
		}
		digits := 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		if digits == 0 && !isValue {
			s = append(s, Choice{int16(task), -1})
			continue
		}
		v, err := strconv.Atoi(rest[:digits])
		switch {
		case err != nil || digits > 1 && rest[0] == '0' || isValue && v >= 1<<15:
			return nil, fmt.Errorf("choices: number %q", abbreviate(rest[:digits]))
		case !isValue && v < 2 || len(s)+v > maxChoices && !isValue:
			return nil, fmt.Errorf("choices: a run of %d steps", v)
		case isValue:
			s = append(s, Choice{int16(task), int16(v)})
		}
		for range v {
			if isValue {
				break
			}
			s = append(s, Choice{int16(task), -1})
		}
		rest = rest[digits:]
	}
	return s, nil
}

// taskLetter is the name of a task in a schedule.
func taskLetter(task int) string {
	switch {
	case task < 0 || task >= maxTasks:
		return "?" // which no schedule has
	case task < 26:
		return string(rune('a' + task))
	case task < 52:
		return string(rune('A' + task - 26))
	}
	return "~" + string(rune('a'+task-52))
}

// taskOf reads the name of a task at the beginning of s. It takes n bytes, 0 if
// there is none.
func taskOf(s string) (task, n int) {
	c := s[0]
	switch {
	case c >= 'a' && c <= 'z':
		return int(c - 'a'), 1
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 26, 1
	case c == '~' && len(s) > 1 && s[1] >= 'a' && int(s[1]-'a')+52 < maxTasks:
		return int(s[1]-'a') + 52, 2
	}
	return 0, 0
}

// plainBytes stand for themselves in the fields of a token.
const plainBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+-"

// quoteField writes s without the bytes that have a meaning in a token or in a shell.
func quoteField(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(plainBytes, s[i]) >= 0 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02x", s[i])
		}
	}
	return b.String()
}

func unquoteField(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("field %q", abbreviate(s))
		}
		v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("field %q", abbreviate(s))
		}
		b.WriteByte(byte(v))
		i += 2
	}
	return b.String(), nil
}

// abbreviate keeps error messages short.
func abbreviate(s string) string {
	if len(s) > 24 {
		return s[:21] + "..."
	}
	return s
}
