from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """
    WhiteNoise's middleware, changed to answer with the whole file instead of a stream.

    WhiteNoise streams files; under ASGI, Django warns of that and then reads the whole file first anyway. Ours are
    small.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        whole = HttpResponse(status=int(found.status))
        del whole["Content-Type"]  # set from the file's headers, if there are any
        for name, value in found.headers:
            whole[name] = value
        if found.file:
            with found.file:
                whole.content = found.file.read()
        return whole
