package server

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"overflight/internal/auth"
	"overflight/internal/catalogue"
	"overflight/internal/report"
)

// Session is who is signed in.
type Session struct {
	Name     string          `json:"name"`
	Roles    []auth.Role     `json:"roles"`
	Office   string          `json:"office"` // of another state, whose copies are all that the user sees; empty: of none
	Language string          `json:"language"`
	Ends     *report.Instant `json:"ends"` // at the latest; null of the owner of the data folder
	Node     string          `json:"node" enum:"operator,partner"`
	Party    string          `json:"party"` // whose node it is; empty: not said
}

// User is one who may sign in, or might.
type User struct {
	Name     string          `json:"name"`
	Roles    []auth.Role     `json:"roles"`
	Office   string          `json:"office"`
	Language string          `json:"language"`
	State    string          `json:"state" enum:"invited,active,disabled"`
	Created  *report.Instant `json:"created"`
	Changed  *report.Instant `json:"changed"`
	LinkEnds *report.Instant `json:"link_ends"` // of the set-up link that is out
}

func userOf(u *auth.User) User {
	return User{
		Name: u.Name, Roles: u.Roles, Office: u.Office, Language: string(u.Language), State: string(u.State),
		Created: stamp(u.Created), Changed: stamp(u.Changed), LinkEnds: stamp(u.LinkEnds),
	}
}

// Link is a set-up link. It is told once.
type Link struct {
	User  User   `json:"user"`
	Token string `json:"token"`
	Path  string `json:"path"` // below the address of the server
}

// SetUpPath is where the page takes a set-up link.
func SetUpPath(token string) string { return "/#/setup?token=" + token }

type signInInput struct {
	Body struct {
		Name     string `json:"name" maxLength:"256"`
		Password string `json:"password" maxLength:"4096"`
	}
}

// signedIn is an answer that sets the cookie of a session.
type signedIn struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Cache  string      `header:"Cache-Control"`
	Body   Session
}

type signedOut struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}

type setUpInput struct {
	Token string `path:"token"`
}

// SetUp is whose a set-up link is.
type SetUp struct {
	Name  string          `json:"name"`  // empty of the first administrator, who chooses one
	First bool            `json:"first"` // makes the first administrator
	Roles []auth.Role     `json:"roles"`
	Ends  *report.Instant `json:"ends"`
}

type finishInput struct {
	Token string `path:"token"`
	Body  struct {
		Name     string `json:"name,omitempty" doc:"of the first administrator; others have one" maxLength:"256"`
		Password string `json:"password" maxLength:"4096"`
		Language string `json:"language,omitempty"`
	}
}

type addUserInput struct {
	Body struct {
		Name     string      `json:"name"`
		Roles    []auth.Role `json:"roles"`
		Office   string      `json:"office,omitempty" doc:"of another state, as MEX/SEDENA: the user sees its copies alone; of the role partner alone"`
		Language string      `json:"language,omitempty"`
	}
}

type userInput struct {
	Name string `path:"name"`
}

type changeUserInput struct {
	Name string `path:"name"`
	Body struct {
		Roles    []auth.Role `json:"roles,omitempty" doc:"all that the user has from now on; left out: as they are"`
		Disabled *bool       `json:"disabled,omitempty"`
	}
}

func (a *api) users(h huma.API) {
	operation(h, http.MethodPost, "/session", "sign-in", "Sign in; sets the cookie of a session", a.signIn)
	get(h, "/session", "get-session", "Who is signed in", func(ctx context.Context, _ *struct{}) (*body[Session], error) {
		c := visitOf(ctx).caller
		language, _ := ctx.Value(languageKey{}).(catalogue.Language)
		out := a.sessionOf(&auth.Session{User: auth.User{Name: c.name(), Roles: c.roles(), Language: language}})
		if !c.owner {
			out = a.sessionOf(&c.session)
		}
		return &body[Session]{out}, nil
	})
	operation(h, http.MethodDelete, "/session", "sign-out", "Sign out", func(ctx context.Context, _ *struct{}) (*signedOut, error) {
		out := &signedOut{Cookie: cookie(ctx, "", a.now())}
		if c := visitOf(ctx).caller; !c.owner {
			return out, a.Users.SignOut(c.token, a.now())
		}
		return out, nil
	})
	get(h, "/setup/{token}", "get-set-up", "Whose a set-up link is, if it is good", func(_ context.Context, in *setUpInput) (*body[SetUp], error) {
		u, err := a.Users.SetUp(in.Token, a.now())
		if err != nil {
			return nil, err
		}
		return &body[SetUp]{SetUp{Name: u.Name, First: u.Name == "", Roles: u.Roles, Ends: stamp(u.LinkEnds)}}, nil
	})
	operation(h, http.MethodPost, "/setup/{token}", "finish-set-up", "Use a set-up link: choose a password, and sign in; the first administrator chooses a name too", a.finishSetUp)
	get(h, "/users", "list-users", "All users, by name", func(context.Context, *struct{}) (*body[list[User]], error) {
		out := list[User]{Items: []User{}}
		for _, u := range a.Users.Users() {
			out.Items = append(out.Items, userOf(&u))
		}
		return &body[list[User]]{out}, nil
	})
	operation(h, http.MethodPost, "/users", "add-user", "Add a user; answers with the set-up link, which is told once", func(ctx context.Context, in *addUserInput) (*body[Link], error) {
		language := catalogue.Language(in.Body.Language)
		if language == "" {
			language, _ = ctx.Value(languageKey{}).(catalogue.Language)
		}
		return a.link(ctx, "user added")(a.Users.AddOf(in.Body.Office, in.Body.Name, in.Body.Roles, language, a.now()))
	})
	operation(h, http.MethodPost, "/users/{name}/link", "link-user", "A new set-up link for a user; the one before is good no more", func(ctx context.Context, in *userInput) (*body[Link], error) {
		return a.link(ctx, "user link")(a.Users.Link(in.Name, a.now()))
	})
	operation(h, http.MethodPut, "/users/{name}", "change-user", "Change the roles of a user, disable or enable one", a.changeUser)
}

func (a *api) sessionOf(s *auth.Session) Session {
	c := a.node.Config()
	return Session{
		Name: s.User.Name, Roles: s.User.Roles, Office: s.User.Office, Language: string(s.User.Language), Ends: stamp(s.Ends), Node: c.Role, Party: c.Party,
	}
}

func (a *api) signIn(ctx context.Context, in *signInInput) (*signedIn, error) {
	address := visitOf(ctx).address
	token, s, err := a.Users.SignIn(ctx, in.Body.Name, in.Body.Password, address, a.now())
	if err != nil {
		a.Logger.Warn("sign-in refused", slog.String("address", address), slog.Any("error", err)) // a name may be a password typed too early
		return nil, err
	}
	a.Logger.Info("signed in", slog.String("user", s.User.Name), slog.String("address", address))
	return &signedIn{Cookie: cookie(ctx, token, s.Ends), Cache: "no-store", Body: a.sessionOf(&s)}, nil
}

func (a *api) finishSetUp(ctx context.Context, in *finishInput) (*signedIn, error) {
	token, s, err := a.Users.Finish(ctx, in.Token, in.Body.Name, in.Body.Password, catalogue.Language(in.Body.Language), a.now())
	if err != nil {
		return nil, err
	}
	a.Logger.Info("user set up", slog.String("user", s.User.Name), slog.String("address", visitOf(ctx).address))
	return &signedIn{Cookie: cookie(ctx, token, s.Ends), Cache: "no-store", Body: a.sessionOf(&s)}, nil
}

// link answers with a link that was made, and notes who asked.
func (a *api) link(ctx context.Context, did string) func(auth.User, string, error) (*body[Link], error) {
	return func(u auth.User, token string, err error) (*body[Link], error) {
		if err != nil {
			return nil, err
		}
		a.Logger.Info(did, slog.String("user", u.Name), slog.Any("roles", u.Roles), slog.String("by", visitOf(ctx).caller.name()))
		return &body[Link]{Link{User: userOf(&u), Token: token, Path: SetUpPath(token)}}, nil
	}
}

func (a *api) changeUser(ctx context.Context, in *changeUserInput) (*body[User], error) {
	c := visitOf(ctx).caller
	u, err := a.Users.Change(in.Name, auth.Change{Roles: in.Body.Roles, Disabled: in.Body.Disabled}, c.owner, a.now())
	if err != nil {
		return nil, err
	}
	a.Logger.Info("user changed", slog.String("user", u.Name), slog.Any("roles", u.Roles), slog.String("state", string(u.State)), slog.String("by", c.name()))
	return &body[User]{userOf(&u)}, nil
}
