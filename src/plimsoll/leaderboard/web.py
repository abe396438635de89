"""Requests of browsers -> who asks and what the form holds, with forged forms refused.

What pages use (`pages/__init__.py` defines `routes() -> list[BaseRoute]`, mounted at `/`):

    counter(request).service            the `Service`; its methods block: endpoints that are plain `def`
                                        run in a thread, `async def` ones call `await in_thread(...)`
    visitor(request)                    who is signed in (or nobody) and the form token of this browser
    await form(request)                 a POST's fields and upload; raises `Forbidden` unless the hidden
                                        field `form_token` holds `visitor(request).form_token`
    sign_in(response, request, token)   set the session's cookie after `service.accounts.who(token)`
    sign_out(response, request)         drop it

Cookies are HttpOnly and SameSite=Strict; the API reads none of them. Every response gets the security
headers of `headers.py`: no inline script, no inline style, no foreign origin.
"""
