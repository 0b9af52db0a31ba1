from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """
    Serves static files, each read at once.

    WhiteNoise streams them: the ASGI process warns of that, and then reads the whole file first. Ours are small.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        whole = HttpResponse(status=int(found.status))
        del whole["Content-Type"]  # as the file says, if there is one
        for name, value in found.headers:
            whole[name] = value
        if found.file:
            with found.file:
                whole.content = found.file.read()
        return whole
